import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { warningOfReadableFiles } from "../../src/operate/readable-files.ts";

let directory: string;
let configFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-modes-"));
  configFile = join(directory, "config.toml");
  writeFileSync(configFile, "");
});
afterEach(() => rmSync(directory, { recursive: true }));

test.for([
  { directoryMode: 0o700, fileMode: 0o600, says: [] },
  { directoryMode: 0o750, fileMode: 0o640, says: [] },
  { directoryMode: 0o755, fileMode: 0o600, says: ["data directory"] },
  { directoryMode: 0o700, fileMode: 0o644, says: ["configuration"] },
  // As the image makes /data.
  { directoryMode: 0o1777, fileMode: 0o600, says: [] },
  { directoryMode: 0o777, fileMode: 0o666, says: ["configuration", "data directory"] },
])("modes $directoryMode and $fileMode", ({ directoryMode, fileMode, says }) => {
  chmodSync(directory, directoryMode);
  chmodSync(configFile, fileMode);
  const warning = warningOfReadableFiles({ configFile, database: join(directory, "x.db") });
  const said = ["configuration", "data directory"].filter((word) => warning?.includes(word));
  expect(said).toEqual(says);
  if (says.length > 0) expect(warning).toContain("chmod o-rwx");
});

test("a configuration without secrets may be read by anybody", () => {
  chmodSync(configFile, 0o644);
  const kept = { configFile: undefined, database: join(directory, "x.db") };
  expect(warningOfReadableFiles(kept)).toBeUndefined();
});

test("a directory that is not there yet is none to warn of", () => {
  const database = join(directory, "new", "x.db");
  expect(warningOfReadableFiles({ configFile: undefined, database })).toBeUndefined();
});
