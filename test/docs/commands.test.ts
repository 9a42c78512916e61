import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { codeBlocks, codeSpans, deployed, type Page, pages } from "./pages.ts";

const program = createProgram({
  env: {},
  finish: () => {},
  clock: () => 0,
  newLabel: () => "",
  randomOctets: Buffer.alloc,
});

/** Words as a shell makes them, as far as documentation goes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replaceAll(/["']/g, ""),
  );
}

/** What is wrong with the words behind `dnsvouch`; undefined: nothing. */
function problemOf(words: readonly string[]): string | undefined {
  let command: Command = program;
  let rest = [...words];
  while (command.commands.length > 0) {
    const next = command.commands.find((each) => each.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    rest = rest.slice(1);
  }
  if (rest.length === 0) return undefined;
  const options = rest.filter((word) => word.startsWith("-") && word !== "-");
  const known = [...command.options, ...program.options].flatMap(({ long, short }) => [
    long,
    short,
  ]);
  const unknown = options.find((option) => !known.includes(option) && option !== "--help");
  if (unknown !== undefined) return `${command.name()} has no option ${unknown}`;
  if (command === program && !rest[0]?.startsWith("-")) return `there is no command ${rest[0]}`;
  return undefined;
}

/** What may stand before the program in a line: variables, and who runs it. */
const BEFORE = /^(?:[A-Z_]+=\S+ )*(?:npx |docker exec \S+ )?dnsvouch(?= [a-z-])/;

/** Command lines of ours in shell code and in running text, without the program and what is behind a pipe. */
function commandLines(page: Page): string[] {
  const lines = codeBlocks(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, " ").split("\n"));
  return [...lines, ...codeSpans(page)]
    .filter((line) => BEFORE.test(line))
    .map(
      (line) =>
        line
          .replace(BEFORE, "")
          .split(/ [|>#;]|;/)[0]
          ?.trim() ?? "",
    );
}

test("there are commands to check", () => {
  expect(pages.flatMap(commandLines).length).toBeGreaterThan(80);
});

// `token create|list|revoke` is three commands.
function alternatives(line: string): string[] {
  const [, before = "", words = "", after = ""] = /^(.*?)(\S+(?:\|\S+)+)(.*)$/.exec(line) ?? [];
  return words === "" ? [line] : words.split("|").map((word) => `${before}${word}${after}`);
}

test.for([...pages, ...deployed].map((page) => ({ name: page.name, page })))(
  "the commands in $name exist, with their options",
  ({ page }) => {
    const wrong = commandLines(page)
      .flatMap(alternatives)
      .flatMap((line) => {
        const problem = problemOf(wordsOf(line));
        return problem === undefined ? [] : [`dnsvouch ${line}: ${problem}`];
      });
    expect(wrong).toEqual([]);
  },
);
