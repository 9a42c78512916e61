import { writeFileSync } from "node:fs";

/** A line of the table: the title of the section, who, and what was measured, as text. */
export interface Row {
  readonly section: string;
  readonly who: string;
  readonly figures: Readonly<Record<string, string>>;
}

/** Something that must hold. */
export interface Must {
  readonly what: string;
  readonly figure: number;
  readonly wanted: number;
  /** Whether the figure must be at least or at most what is wanted. */
  readonly direction: "at least" | "at most";
}

export interface SectionResult {
  readonly rows: readonly Row[];
  readonly musts: readonly Must[];
  /** What was not measured, and why. */
  readonly notes?: readonly string[];
}

export function holds({ figure, wanted, direction }: Must): boolean {
  return direction === "at least" ? figure >= wanted : figure <= wanted;
}

export function printSection({ rows, musts, notes = [] }: SectionResult): void {
  let section = "";
  for (const row of rows) {
    if (row.section !== section) process.stdout.write(`\n${row.section}\n`);
    section = row.section;
    const figures = Object.entries(row.figures).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(`  ${row.who.padEnd(24)} ${figures.join("   ")}\n`);
  }
  for (const note of notes) process.stdout.write(`  ${note}\n`);
  for (const must of musts) process.stdout.write(`  ${lineOf(must)}\n`);
}

function lineOf(must: Must): string {
  const { what, figure, wanted, direction } = must;
  const verdict = holds(must) ? "ok  " : "MISS";
  return `${verdict} ${what}: ${figure.toFixed(2)}, ${direction} ${wanted}`;
}

/** All musts once more, and the JSON. Gives whether all hold. */
export function finish(results: readonly SectionResult[], json: string): boolean {
  const musts = results.flatMap((each) => each.musts);
  process.stdout.write("\nAll\n");
  for (const must of musts) process.stdout.write(`  ${lineOf(must)}\n`);
  // What is missing here must not look as if it held.
  const notes = new Set(results.flatMap((each) => each.notes ?? []));
  for (const note of notes) process.stdout.write(`  ${note}\n`);
  writeFileSync(json, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
  process.stdout.write(`\n${json}\n`);
  return musts.every(holds);
}
