import type { Command } from "commander";
import type { CommonOptions } from "./define-command.ts";
import { CONFIGURATION, CommandError, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

/** A command with the words that can follow it. */
interface CompletionNode {
  /** Without the program's own name: [] or ["token", "create"]. */
  readonly path: readonly string[];
  readonly words: readonly string[];
}

/** Prints a script for a shell, made of the commands there are. Returns the exit code. */
export function completionCommand(
  program: Command,
  shell: string,
  { json }: CommonOptions,
): number {
  if (!SHELLS.includes(shell)) {
    throw new CommandError(CONFIGURATION, `unknown shell ${shell}; there is: ${SHELLS.join(", ")}`);
  }
  const nodes = completionNodes(program);
  if (json === true) printJson(nodes);
  else process.stdout.write(shell === "fish" ? fishScript(nodes) : bashScript(nodes, shell));
  return FINISHED;
}

function completionNodes(command: Command, path: readonly string[] = []): CompletionNode[] {
  const names = command.commands.map((each) => each.name());
  const options = command.options.flatMap(({ long, short }) => [long, short]);
  const words = [...names, ...options.filter((word) => word != null), "--help"];
  return [
    { path, words },
    ...command.commands.flatMap((each) => completionNodes(each, [...path, each.name()])),
  ];
}

/** Bash, and zsh by its bashcompinit. */
function bashScript(nodes: readonly CompletionNode[], shell: string): string {
  const cases = nodes.map(
    ({ path, words }) => `    "${path.join(" ")}") words="${words.join(" ")}" ;;`,
  );
  const known = nodes.map(({ path }) => `"${path.join(" ")}"`).join("|");
  return [
    ...(shell === "zsh"
      ? ["#compdef dnsvouch", "autoload -U +X bashcompinit && bashcompinit"]
      : []),
    "_dnsvouch() {",
    `  local word path="" words="" current="\${COMP_WORDS[COMP_CWORD]}"`,
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    case "\${path:+$path }$word" in`,
    `      ${known}) path="\${path:+$path }$word" ;;`,
    "    esac",
    "  done",
    '  case "$path" in',
    ...cases,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    `  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))`,
    "}",
    "complete -F _dnsvouch dnsvouch",
    "",
  ].join("\n");
}

function fishScript(nodes: readonly CompletionNode[]): string {
  const lines = nodes.flatMap(({ path, words }) => {
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const condition = seen === "" ? "__fish_use_subcommand" : seen;
    return words.map((word) => {
      const argument = word.startsWith("--")
        ? `-l ${word.slice(2)}`
        : word.startsWith("-")
          ? `-s ${word.slice(1)}`
          : `-f -a ${word}`;
      return `complete -c dnsvouch -n "${condition}" ${argument}`;
    });
  });
  return `${lines.join("\n")}\n`;
}
