// A restore that is killed at each of the calls by which it changes names of files.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "../lab/system-path.ts";
import { MAIN } from "../support/dnsvouch-process.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

/** More than there are. */
const MOST_CALLS = 60;

let folder: ProcessFolder;
let prepared: string;

beforeAll(async () => {
  folder = new ProcessFolder();
  prepared = join(folder.path, "prepared");
  const config = folder.configFile({ database: ['connection = "prepared/db.sqlite"'] });
  const run = async (...args: string[]): Promise<void> => {
    expect(await folder.run(...args, "-c", config)).toMatchObject({ code: 0 });
  };
  const server = folder.start(["-c", config]);
  await server.ready();
  const subdomains: string[] = [];
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`${apiUrl(server)}/register`, { method: "POST" });
    subdomains.push(((await response.json()) as { subdomain: string }).subdomain);
  }
  await run("backup", "backup.db");
  await run("delegates", "delete", subdomains[0] ?? "");
  await fetch(`${apiUrl(server)}/register`, { method: "POST" });
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
});

afterAll(() => folder.remove());

test("leaves the database of before or the one that is restored, and can be done again", async () => {
  const seen = new Set<number>();
  let kills = 0;
  for (let call = 1; call < MOST_CALLS; call++) {
    const work = mkdtempSync(join(tmpdir(), "dnsvouch-restore-"));
    cpSync(prepared, join(work, "data"), { recursive: true });
    cpSync(join(folder.path, "backup.db"), join(work, "backup.db"));
    const killed = await restoreKilledAt(call, work);
    const listed = await run(work, "delegates", "list", "--json");
    const { length } = JSON.parse(listed) as unknown[];
    seen.add(length);
    // Of before: two of three, and the late one. Restored: two of three.
    expect([2, 3]).toContain(length);
    await run(work, "restore", "backup.db", "--yes");
    expect(JSON.parse(await run(work, "delegates", "list", "--json"))).toHaveLength(2);
    expect(await run(work, "audit", "verify")).toContain("intact");
    rmSync(work, { recursive: true });
    if (!killed) break;
    kills++;
  }
  expect(kills).toBeGreaterThan(4);
  expect(kills).toBeLessThan(MOST_CALLS - 1);
  expect([...seen].sort()).toEqual([2, 3]);
});

const ENVIRONMENT = { DNSVOUCH_DB: "data/db.sqlite" };

/** @returns whether it was killed, and not done before. */
async function restoreKilledAt(call: number, cwd: string): Promise<boolean> {
  const calls = "rename,renameat,renameat2,link,linkat,unlink,unlinkat";
  const inject = `inject=${calls}:signal=SIGKILL:when=${call}`;
  const args = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`, "-e", inject];
  const command = [process.execPath, MAIN, "restore", "backup.db", "--yes"];
  const child = spawn("strace", [...args, ...command], {
    cwd,
    env: childEnvironment(cwd, ENVIRONMENT),
    stdio: "ignore",
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code === 0) return false;
  expect(signal ?? "SIGKILL").toBe("SIGKILL");
  return true;
}

async function run(cwd: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: childEnvironment(cwd, ENVIRONMENT),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const parts: string[] = [];
  child.stdout.on("data", (chunk) => parts.push(String(chunk)));
  const [code] = (await once(child, "close")) as [number | null];
  expect([args, code]).toEqual([args, 0]);
  return parts.join("");
}
