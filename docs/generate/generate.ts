// Writes what of the documentation is made from the code. `npm run docs` does it; a test compares.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { apiReference } from "./api.ts";
import { commandReference } from "./commands.ts";
import { configurationReference } from "./configuration.ts";

const DOCS = resolve(import.meta.dirname, "..");

/** Each file below docs, and what belongs in it. */
export const references: ReadonlyMap<string, () => string> = new Map([
  ["configuration.md", configurationReference],
  ["commands.md", commandReference],
  ["api.md", apiReference],
]);

if (import.meta.main) {
  for (const [name, text] of references) writeFileSync(join(DOCS, name), text());
}
