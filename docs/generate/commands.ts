// docs/commands.md: every command, from what the command line is parsed by.
import type { Argument, Command, Option } from "commander";
import { examples } from "../../src/cli/define-command.ts";
import { createProgram } from "../../src/cli/program.ts";

const HEAD = `# Commands

<!-- Made by npm run docs from the definitions in src/cli. -->

Every command takes \`-c FILE\` and \`--json\`, and its \`--help\` ends with an example. Commands about delegates, keys and tokens reach a running server through the socket beside its database, and the server shows the change at once; where none runs they do it themselves. So they run on the same machine, as the user of the server or as root.

| exit code | serve | other commands |
|---|---|---|
| 0 | stopped by a signal | done |
| 1 | could not start, or a fault: a port, the lock, the data | it cannot be done, or was not |
| 2 | | a check has failed |
| 3 | usage or configuration | usage, configuration, or a file that was named |
| 4 | | the network, the disk, or a server that does not answer |

\`dnsvouch completion bash\` (zsh, fish) prints a script that completes all this.
`;

export function commandReference(): string {
  const program = createProgram({
    env: {},
    finish: () => {},
    clock: () => 0,
    newLabel: () => "",
    randomOctets: Buffer.alloc,
  });
  return `${HEAD}\n${leaves(program, []).map(commandText).join("\n")}`;
}

interface Leaf {
  readonly words: readonly string[];
  readonly command: Command;
}

function leaves(command: Command, words: readonly string[]): Leaf[] {
  if (command.commands.length === 0) return [{ words, command }];
  return command.commands.flatMap((each) => leaves(each, [...words, each.name()]));
}

function commandText({ words, command }: Leaf): string {
  const usage = ["dnsvouch", ...words, ...command.registeredArguments.map(argumentWord)].join(" ");
  const rows = [
    ...command.registeredArguments.map((each) =>
      row(argumentWord(each), each.description, each.argChoices, each.defaultValue),
    ),
    ...command.options
      .filter(isOwn)
      .map((each) => row(each.flags, each.description, each.argChoices, each.defaultValue)),
  ];
  const table = rows.length === 0 ? [] : ["| | |", "|---|---|", ...rows, ""];
  return [
    `## ${words.join(" ")}`,
    "",
    `\`${usage}\`: ${command.description()}.`,
    "",
    ...table,
    "```sh",
    ...examples(command),
    "```",
    "",
  ].join("\n");
}

function isOwn({ long }: Option): boolean {
  return long !== "--config" && long !== "--json";
}

function argumentWord(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function row(
  name: string,
  description: string,
  choices: readonly string[] | undefined,
  usual: unknown,
): string {
  const one = choices === undefined ? "" : `: ${choices.join(", ")}`;
  const byDefault = usual === undefined || usual === "" ? "" : ` (default ${String(usual)})`;
  return `| \`${name}\` | ${description.replaceAll("|", "\\|")}${one}${byDefault} |`;
}
