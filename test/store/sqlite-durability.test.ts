import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../../src/store/store.ts";
import { allPublished, digest, ZONE } from "./store-fixture.ts";
import type { Line } from "./writing-process.ts";

const WRITING_PROCESS = join(import.meta.dirname, "writing-process.ts");

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dnsvouch-durability-"));
  file = join(directory, "dnsvouch.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

test.for([{ killAfter: 1 }, { killAfter: 60 }, { killAfter: 250 }])(
  "kill -9 after $killAfter acknowledgements loses none of them",
  async ({ killAfter }) => {
    const child = spawn(process.execPath, [WRITING_PROCESS, file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = await readLines(child, (count) => {
      if (count === killAfter) child.kill("SIGKILL");
    });
    expect(child.signalCode).toBe("SIGKILL");
    expect(lines.length).toBeGreaterThanOrEqual(killAfter);

    const store = await openSqliteStore(file);
    await expectAcknowledged(store, lines);
    await store.close();
  },
);

test("a file system that refuses to grow the file changes nothing and is reported", async () => {
  // In units of 512 octets (POSIX) or 1024 (some shells): the -wal file reaches either soon.
  const limited = 'ulimit -f 1024 && exec "$@"';
  const command = ["-c", limited, "sh", process.execPath, WRITING_PROCESS, file];
  const child = spawn("/bin/sh", command, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = await readLines(child);
  expect(child.exitCode).toBe(0);

  const failed = lines.at(-1);
  assert(failed?.kind === "failed", JSON.stringify(failed));
  expect(failed.code).toBe("storage_unavailable");
  expect(failed.message).toContain(file);
  expect(failed.message).toContain("Check the disk");
  const { number } = updates(lines).at(-1) ?? { number: 0 };
  expect(number).toBeGreaterThan(2);
  expect(failed.published).toEqual([number - 1, number].map(digest));

  const store = await openSqliteStore(file);
  await expectAcknowledged(store, lines);
  expect((await allPublished(store))[0]?.digests).toEqual(failed.published);
  await store.close();
});

/** Every line that the child printed, once it has ended. */
async function readLines(
  child: ChildProcess & { readonly stdout: Readable },
  afterLine: (count: number) => void = () => undefined,
): Promise<Line[]> {
  const closed = once(child, "close");
  const lines: Line[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    afterLine(lines.length);
  }
  await closed;
  return lines;
}

function updates(lines: readonly Line[]): Extract<Line, { kind: "updated" }>[] {
  return lines.filter((line) => line.kind === "updated");
}

/** What the process printed is there; at most the one write that it had no time to print is newer. */
async function expectAcknowledged(store: Store, lines: readonly Line[]): Promise<void> {
  const published = await allPublished(store);
  const subdomains = published.map(({ subdomain }) => subdomain);
  const registered = lines.filter((line) => line.kind === "registered");
  expect(subdomains).toEqual(expect.arrayContaining(registered.map((line) => line.subdomain)));

  const last = updates(lines).at(-1) ?? { number: 0, serial: 1, sequence: 0 };
  const found = published.find(({ subdomain }) => subdomain === "a");
  assert(found);
  const newest = last.number + (found.sequence - last.sequence);
  expect([last.number, last.number + 1]).toContain(newest);
  const expected = [newest - 1, newest].filter((number) => number > 0);
  expect(found.digests).toEqual(expected.map(digest));
  expect(await store.beginRun(ZONE, 1)).toBeGreaterThan(last.serial);
}
