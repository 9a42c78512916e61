import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { childEnvironment } from "../../lab/system-path.ts";
import { traceSystemCalls } from "./traced-server.ts";

const UNIT = resolve(import.meta.dirname, "../../../deploy/dnsvouch.service");
const MOST_EXPOSURE = 2.0;

function analyze(...args: readonly string[]): string {
  const options = { env: childEnvironment("/root"), encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync("systemd-analyze", args, options);
}

test("the unit is one that systemd takes without a word", () => {
  expect(analyze("verify", UNIT)).toBe("");
});

test(`what is left open to it is at most ${MOST_EXPOSURE}`, () => {
  const report = analyze("security", "--offline=yes", "--no-pager", UNIT);
  const [, exposure] = /Overall exposure level for \S+ ([0-9.]+)/.exec(report) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSURE);
  expect(Number(exposure)).toBeGreaterThan(0);
});

/** The system calls of the sets of a filter, those in other sets among them. */
function callsOf(sets: readonly string[]): Set<string> {
  const calls = new Set<string>();
  for (const set of sets) {
    for (const line of analyze("syscall-filter", "--no-pager", set).split("\n")) {
      const word = line.trim();
      if (word === "" || word.startsWith("#") || word === set) continue;
      if (word.startsWith("@")) for (const call of callsOf([word])) calls.add(call);
      else calls.add(word);
    }
  }
  return calls;
}

/** What the server asks for and does without: it is refused with EPERM, and goes on. */
const DONE_WITHOUT = new Set([
  // libuv: more open files, where the limit allows it.
  "setrlimit",
  // Short slices for the threads of DNS.
  "sched_setattr",
  "sched_setaffinity",
  "sched_setscheduler",
  "setpriority",
  // SQLite, if root runs it, as this test does.
  "fchown",
]);

test("the filter lets every system call through that the server makes at work", async () => {
  const lines = readFileSync(UNIT, "utf8").match(/^SystemCallFilter=.*$/gm) ?? [];
  const sets = (isRefused: boolean) =>
    lines
      .map((line) => line.replace("SystemCallFilter=", ""))
      .filter((rest) => rest.startsWith("~") === isRefused)
      .flatMap((rest) => rest.replace("~", "").split(/\s+/));
  const allowed = callsOf(sets(false));
  for (const call of callsOf(sets(true))) allowed.delete(call);
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-trace-"));
  const made = await traceSystemCalls(folder);
  rmSync(folder, { recursive: true });
  expect(made.size).toBeGreaterThan(40);
  const missing = [...made].filter((call) => !allowed.has(call) && !DONE_WITHOUT.has(call));
  expect(missing).toEqual([]);
});
