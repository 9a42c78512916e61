import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { examples } from "../../src/cli/define-command.ts";
import { createProgram } from "../../src/cli/program.ts";

const program = createProgram({
  env: {},
  finish: () => {},
  clock: () => 0,
  newLabel: () => "",
  randomOctets: Buffer.alloc,
});

/** Commands that do something, by their words. */
function leaves(command: Command, words: readonly string[] = []): [string, Command][] {
  if (command.commands.length === 0) return [[words.join(" "), command]];
  return command.commands.flatMap((each) => leaves(each, [...words, each.name()]));
}

const commands = leaves(program).map(([name, command]) => ({ name, command }));

test("there is every command that the documentation promises", () => {
  expect(commands.map(({ name }) => name).sort()).toEqual([
    "admin passwd",
    "audit list",
    "audit verify",
    "backup",
    "check",
    "completion",
    "config show",
    "config validate",
    "delegates delete",
    "delegates label",
    "delegates list",
    "delegates lock",
    "delegates restore",
    "delegates show",
    "delegates unlock",
    "doctor",
    "healthcheck",
    "import acme-dns",
    "keys add",
    "keys list",
    "keys revoke",
    "keys rotate",
    "openapi",
    "records",
    "register",
    "restore",
    "serve",
    "token create",
    "token list",
    "token revoke",
    "version",
  ]);
});

test.for(program.commands.filter(({ commands: inner }) => inner.length > 0))(
  "the help of a group ends with an example, too",
  (group) => {
    expect(examples(group).join()).toMatch(new RegExp(`^dnsvouch ${group.name()} `));
  },
);

describe.for(commands)("$name", ({ name, command }) => {
  test("takes -c and --json", () => {
    const options = command.options.map(({ long }) => long);
    expect(options).toEqual(expect.arrayContaining(["--config", "--json"]));
  });

  test("has help that ends with an example of itself", () => {
    const parts: string[] = [];
    command.configureOutput({ writeOut: (text) => void parts.push(text) });
    command.outputHelp();
    const help = parts.join("");
    const [last = ""] = help.trim().split("\n").slice(-1);
    expect(last.trim()).toMatch(new RegExp(`^dnsvouch ${name}( |$)`));
    for (const line of examples(command)) expect(help).toContain(`  ${line}`);
  });
});
