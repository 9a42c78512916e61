// What root does with the data of a server that runs as somebody else.
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProcessFolder } from "../support/process-folder.ts";

const SOMEBODY = 12_347;

let folder: ProcessFolder;
let data: string;

beforeEach(() => {
  folder = new ProcessFolder();
  data = join(folder.path, "data");
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, SOMEBODY, SOMEBODY);
});

afterEach(() => folder.remove());

function owners(): Record<string, number> {
  return Object.fromEntries(
    readdirSync(data).map((name) => [name, statSync(join(data, name)).uid]),
  );
}

test("belongs to that one: a token, a backup that is restored, the lock", async () => {
  expect(process.getuid?.()).toBe(0);
  const config = folder.configFile({ database: ['connection = "data/dnsvouch.db"'] });
  const elsewhere = mkdtempSync(join(tmpdir(), "dnsvouch-backup-"));
  const backup = join(elsewhere, "backup.db");
  for (const args of [
    ["token", "create"],
    ["backup", backup],
    ["restore", backup, "--yes"],
  ]) {
    expect(await folder.run(...args, "-c", config)).toMatchObject({ code: 0 });
    for (const [name, uid] of Object.entries(owners()))
      expect([name, uid]).toEqual([name, SOMEBODY]);
  }
  expect(Object.keys(owners())).toContain("dnsvouch.db");
  rmSync(elsewhere, { recursive: true });
});
