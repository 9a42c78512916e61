/**
 * docs/conformance.md and the tests beside this file say the same: a row for each section that a
 * title begins with, and such a title for each row.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";

const FOLDER = import.meta.dirname;
const TABLE = resolve(FOLDER, "../../docs/conformance.md");
/** `section 3.1: …` and `RFC 3225 section 3 and 5: …` at the beginning of a string or template literal. */
const TITLE = /["'`](?:RFC ([0-9]+) )?sections? ([0-9$][^"'`:\n]*):/g;
/** `| 1034 | 4.2.1 | what we do | [rfc1034.test.ts](../test/conformance/rfc1034.test.ts) |` */
const ROW = /^\| ([0-9]+) \| ([0-9.]+) \| (.*) \| \[([^\]]*)\]\(\.\.\/(.*)\) \|$/;

interface Row {
  readonly rfc: string;
  readonly section: string;
  readonly what: string;
  /** Relative to the repository. */
  readonly file: string;
}

interface Covered {
  readonly rfc: string;
  readonly section: string;
  /** Without its folder. */
  readonly file: string;
}

/** The sections that the titles in the text of a test file begin with. */
function sectionsOf(file: string, text: string): Covered[] {
  const [, ownRfc = ""] = /^rfc([0-9]+)\./.exec(file) ?? [];
  return [...text.matchAll(TITLE)].flatMap(([, rfc = ownRfc, sections = ""]) =>
    sections
      .split(/, | and /)
      .flatMap((section) => (section === "$section" ? sectionsInTables(text) : [section]))
      .map((section) => ({ rfc, section, file })),
  );
}

/** Titles with `$section` take it from the rows of their table. */
function sectionsInTables(text: string): string[] {
  return [...text.matchAll(/\bsection: "([0-9.]+)"/g)].map(([, section = ""]) => section);
}

function readRows(text: string): Row[] {
  const lines = text.split("\n").filter((line) => /^\| [0-9]/.test(line));
  return lines.map((line) => {
    const [, rfc, section, what, , file] = ROW.exec(line) ?? [];
    if (!(rfc && section && what && file)) throw new Error(`docs/conformance.md: no row: ${line}`);
    return { rfc, section, what, file };
  });
}

/** What rows and titles are told apart by. */
function keyOf({ rfc, section, file }: Covered): string {
  return `${rfc} ${section} ${basename(file)}`;
}

/** What has to change in the table, each a line that says so. */
function differences(rows: readonly Row[], covered: readonly Covered[]): string[] {
  const inTable = new Set(rows.map(keyOf));
  const inTests = new Set(covered.map(keyOf));
  const missing = covered.filter((each) => !inTable.has(keyOf(each))).sort(byRfcAndSection);
  const stale = rows.filter((row) => !inTests.has(keyOf(row)));
  const repeated = rows.filter((row, i) => rows.findIndex((r) => keyOf(r) === keyOf(row)) < i);
  return [
    ...new Set(missing.map((each) => `add the row ${rowOf(each)}`)),
    ...stale.map((row) => `remove the row ${rowOf(row)}: no title there begins with the section`),
    ...repeated.map((row) => `remove one of the rows ${rowOf(row)}`),
  ];
}

/** The order of the rows. */
function byRfcAndSection(a: Covered, b: Covered): number {
  return numbersOf(a).localeCompare(numbersOf(b), "en", { numeric: true });
}

function numbersOf({ rfc, section }: Covered): string {
  return `${rfc} ${section}`;
}

function rowOf({ rfc, section, file }: Covered): string {
  const name = basename(file);
  return `| ${rfc} | ${section} | … | [${name}](../test/conformance/${name}) |`;
}

const files = readdirSync(FOLDER).filter((file) => /^rfc[0-9]+\.test\.ts$/.test(file));
const covered = files.flatMap((file) => sectionsOf(file, readFileSync(join(FOLDER, file), "utf8")));
const rows = readRows(readFileSync(TABLE, "utf8"));

test("docs/conformance.md has a row for each section that a test covers, and no others", () => {
  expect(differences(rows, covered)).toEqual([]);
});

test("the rows of docs/conformance.md name files that exist, and say what we do", () => {
  const repository = resolve(FOLDER, "../..");
  expect(rows.filter(({ file }) => !existsSync(join(repository, file)))).toEqual([]);
  expect(rows.filter(({ what }) => what.length < 10)).toEqual([]);
});

test("every test file beside this one covers something", () => {
  const seen = new Set(covered.map(({ file }) => file));
  expect(files.filter((file) => !seen.has(file))).toEqual([]);
});

test("titles of all kinds are found", () => {
  const text = `
    // section 1: a comment
    test("section 2.1: one", () => {});
    test.for([{ section: "8.1.3.1" }, { section: "8.1.3" }])("section $section: $name", () => {});
    test.for([])(\`section 3 and 5: two\`, () => {});
    test("RFC 3225 section 3: another", () => {});
    test("something of section 4: no", () => {});`;
  const found = sectionsOf("rfc1.test.ts", text).map(({ rfc, section }) => `${rfc} ${section}`);
  expect(found).toEqual(["1 2.1", "1 8.1.3.1", "1 8.1.3", "1 3", "1 5", "3225 3"]);
});

test("what is missing, stale or there twice is told apart", () => {
  const row = { rfc: "1", section: "2", what: "what we do", file: "test/conformance/rfc1.test.ts" };
  const title = { rfc: "1", section: "3", file: "rfc1.test.ts" };
  const link = "[rfc1.test.ts](../test/conformance/rfc1.test.ts)";
  expect(differences([row, row], [title])).toEqual([
    `add the row | 1 | 3 | … | ${link} |`,
    `remove the row | 1 | 2 | … | ${link} |: no title there begins with the section`,
    `remove the row | 1 | 2 | … | ${link} |: no title there begins with the section`,
    `remove one of the rows | 1 | 2 | … | ${link} |`,
  ]);
  expect(differences([row], [{ ...title, section: "2" }])).toEqual([]);
});
