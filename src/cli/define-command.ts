import type { Command } from "commander";
import { reportFailure } from "./exit.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every command has. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** What the definitions of commands need of the run they are for. */
export interface RunContext {
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A label that nothing has, different each time. */
  readonly newLabel: () => string;
  /** A CSPRNG. */
  readonly randomOctets: (count: number) => Buffer;
  /** Takes the exit code of the command that was run. */
  readonly finish: (exitCode: number) => void;
}

export interface CommandText {
  readonly name: string;
  readonly description: string;
  /** Command lines that can be copied, the last lines of the help. */
  readonly examples: readonly string[];
  readonly isDefault?: true;
}

const examplesOf = new WeakMap<Command, readonly string[]>();

/** The examples of a command that was defined here. */
export function examples(command: Command): readonly string[] {
  return examplesOf.get(command) ?? [];
}

/** A command with the options that all have, and help that ends with an example. */
export function defineCommand(parent: Command, text: CommandText): Command {
  const command = parent
    .command(text.name, { isDefault: text.isDefault ?? false })
    .description(text.description)
    .option("-c, --config <file>", "configuration file (TOML; an acme-dns config.cfg will do)")
    .option("--json", "print JSON");
  return withExamples(command, text.examples);
}

/** A word that commands come after. */
export function defineGroup(parent: Command, text: CommandText): Command {
  return withExamples(parent.command(text.name).description(text.description), text.examples);
}

export function withExamples(command: Command, lines: readonly string[]): Command {
  examplesOf.set(command, lines);
  const title = lines.length === 1 ? "Example" : "Examples";
  return command.addHelpText(
    "after",
    `\n${title}:\n${lines.map((line) => `  ${line}\n`).join("")}`,
  );
}

/**
 * The action of a command: `work` gives the exit code, and what it throws is said on standard error.
 * Commander passes the arguments, then the options.
 */
export function action<Passed extends readonly unknown[]>(
  { finish }: RunContext,
  work: (...passed: Passed) => number | Promise<number>,
): (...passed: Passed) => Promise<void> {
  return async (...passed) => {
    try {
      finish(await work(...passed));
    } catch (error) {
      finish(reportFailure(error));
    }
  };
}
