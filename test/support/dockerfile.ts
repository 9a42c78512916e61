/** Reads the Dockerfile, as far as ours goes: one instruction a line, `\` continues it. */

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Arguments before the first stage. */
  readonly args: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

export function parseDockerfile(text: string): Dockerfile {
  const args = new Map<string, string>();
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [, name = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (name === "FROM") {
      const [, from = "", stage = ""] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      const image = from.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? "");
      stages.push({ name: stage, from: image, instructions: [] });
    } else if (name === "ARG" && stages.length === 0) {
      const [key = "", value = ""] = rest.split("=");
      args.set(key, value);
    } else {
      stages.at(-1)?.instructions.push({ name, rest });
    }
  }
  return { args, stages };
}

function logicalLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** `A=1 B=2`, as ENV has it. */
export function parseEnv(rest: string): ReadonlyMap<string, string> {
  return new Map(
    rest.split(/\s+/).map((pair): [string, string] => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
