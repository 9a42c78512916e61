import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askUdp, frame, TcpConnection } from "../support/dns-client.ts";
import type { DnsvouchProcess } from "../support/dnsvouch-process.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { decodeStrictly } from "../support/strict-message.ts";

const SOA = query("auth.example.org. SOA");
/** Of user and system, in hundredths of a second: columns 14 and 15 of proc(5) stat. */
const USER_TICKS = 11;

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

/** From now on the process can have only so many files and sockets more than it has. */
function leaveDescriptors({ child }: DnsvouchProcess, more: number): void {
  const used = readdirSync(`/proc/${child.pid}/fd`).length;
  execFileSync("prlimit", ["--pid", `${child.pid}`, `--nofile=${used + more}`]);
}

function cpuSeconds({ child }: DnsvouchProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(USER_TICKS);
  return (Number(user) + Number(system)) / 100;
}

async function isAnswered(connection: TcpConnection): Promise<boolean> {
  connection.write(frame(SOA));
  try {
    return (await connection.responses(1)).length === 1;
  } catch {
    return false;
  }
}

test("without descriptors TCP connections are lost, and nothing else: UDP, later TCP, the process", async () => {
  const file = folder.configFile();
  const off = ["tcp_connections = 0", "tcp_connections_per_source = 0", "tcp_idle_seconds = 1"];
  appendFileSync(file, `[dns]\n${off.join("\n")}\n`);
  const dnsvouch = folder.start(["-c", file]);
  await dnsvouch.ready();
  const port = Number(/DNS {2}127\.0\.0\.1:([0-9]+)/.exec(dnsvouch.stdout())?.[1]);
  leaveDescriptors(dnsvouch, 20);

  const connections: TcpConnection[] = [];
  for (let i = 0; i < 60; i++) connections.push(await TcpConnection.open(port));
  const answered = await Promise.all(connections.map(isAnswered));
  const served = connections.filter((_, i) => answered[i]);
  expect(served.length).toBeGreaterThan(10);
  expect(served.length).toBeLessThan(30);
  expect(decodeStrictly(await askUdp(port, SOA)).rcode).toBe("NOERROR");

  // Until those that were served have been idle for a second, it does nothing.
  const before = cpuSeconds(dnsvouch);
  await Promise.all(served.map((connection) => connection.closed()));
  expect(cpuSeconds(dnsvouch) - before).toBeLessThan(0.5);

  const next = await TcpConnection.open(port);
  expect(await isAnswered(next)).toBe(true);
  next.destroy();
  dnsvouch.child.kill("SIGTERM");
  expect(await dnsvouch.exit()).toBe(0);
  expect(dnsvouch.stderr()).toBe("");
});
