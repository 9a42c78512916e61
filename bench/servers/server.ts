import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { ZONE } from "../data.ts";
import { encode } from "../load/questions.ts";
import { cpuTimesOfTree, cpuUsBetween, residentMib } from "../measure/cpu-time.ts";

/** A server that runs for a bench, on one core. */
export interface BenchServer {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** What its answers are compared with: an echo sends the question back. */
  readonly isEcho: boolean;
  stop(): Promise<void>;
}

export interface Command {
  readonly name: string;
  readonly port: number;
  readonly command: readonly [program: string, ...args: string[]];
  readonly isEcho?: boolean;
  /** CPUs that it may use, as taskset has them. Default: the first. */
  readonly cpus?: string;
}

/** A query that every server here answers, whatever names it has. */
const SOA_QUERY: Buffer = encode(0x1234, ZONE, "SOA", false);
const START_DEADLINE_MS = 30_000;
const SETTLE_DEADLINE_MS = 60_000;
const SETTLE_MS = 1000;
/** A hundredth of a core, in that time. */
const SETTLED_CPU_US = 10_000;

/** Starts it and waits until it answers. */
export async function startServer(given: Command): Promise<BenchServer> {
  const { name, port, command, isEcho = false, cpus = "0" } = given;
  await refuseTakenPort(name, port);
  const child = spawn("taskset", ["-c", cpus, ...command], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-2000);
    });
  }
  try {
    await answers(port, child, { query: SOA_QUERY, isEcho });
  } catch (error) {
    child.kill("SIGKILL");
    throw new Error(`${name} does not answer: ${String(error)}\n${output}`);
  }
  // taskset becomes the program itself.
  const pid = child.pid ?? 0;
  return { name, port, pid, isEcho, stop: () => stop(child) };
}

/** Another server at that port would answer in its place. */
async function refuseTakenPort(name: string, port: number): Promise<void> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ port, address: "127.0.0.1", exclusive: true }, resolve);
    });
  } catch (error) {
    throw new Error(
      `port ${port}, for ${name}, is taken: stop what listens there (${String(error)})`,
    );
  } finally {
    socket.close();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const deadline = setTimeout(() => child.kill("SIGKILL"), 5000);
  await once(child, "exit");
  clearTimeout(deadline);
}

/**
 * Asks until there is an answer that is none of an error: SERVFAIL of a server that has no data yet,
 * or REFUSED, does not count.
 *
 * @param query what has at least one record for an answer.
 * @returns the milliseconds that it took, from now.
 */
export async function answers(
  port: number,
  child: ChildProcess,
  { query, isEcho = false }: { readonly query: Uint8Array; readonly isEcho?: boolean },
): Promise<number> {
  const start = performance.now();
  const socket = createSocket("udp4");
  // ICMP says "port unreachable" until it is there.
  socket.on("error", () => {});
  try {
    return await new Promise<number>((resolve, reject) => {
      const ask = (): void => socket.send(query, port, "127.0.0.1", () => {});
      const timer = setInterval(() => {
        if (performance.now() - start > START_DEADLINE_MS) fail(new Error("not within 30 s"));
        else ask();
      }, 2);
      const fail = (error: Error): void => {
        clearInterval(timer);
        reject(error);
      };
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`exit code ${code}`)));
      socket.on("message", (message) => {
        const isError = ((message[3] ?? 0) & 0xf) !== 0;
        if (isError || (message.readUInt16BE(6) === 0 && !isEcho)) return;
        clearInterval(timer);
        resolve(performance.now() - start);
      });
      ask();
    });
  } finally {
    socket.close();
  }
}

/** What it used while something was done. */
export async function whileMeasured<T>(
  { pid }: BenchServer,
  work: () => T | Promise<T>,
): Promise<{ readonly result: T; readonly cpuUs: number }> {
  const before = cpuTimesOfTree(pid);
  const result = await work();
  const cpuUs = cpuUsBetween(before, cpuTimesOfTree(pid));
  if (cpuUs <= 0) throw new Error(`process ${pid} used no CPU: it is not the one that answered`);
  return { result, cpuUs };
}

/**
 * Waits until a server has nothing to do any more: its data is loaded, its memory is what it stays at.
 *
 * @throws Error if that takes longer than a minute.
 */
export async function settled({ name, pid }: BenchServer): Promise<void> {
  const deadline = performance.now() + SETTLE_DEADLINE_MS;
  let before = cpuTimesOfTree(pid);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const after = cpuTimesOfTree(pid);
    // Threads that load may end here.
    const isSame = [...before.keys()].every((thread) => after.has(thread));
    if (isSame && cpuUsBetween(before, after) < SETTLED_CPU_US) return;
    if (performance.now() > deadline) throw new Error(`${name} is still busy after a minute`);
    before = after;
  }
}

export function memoryMib({ pid }: BenchServer): number {
  return residentMib(pid);
}
