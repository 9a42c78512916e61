import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpuTimeOfTree, residentMib } from "../measure/cpu-time.ts";

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

/** A query that every server here answers. */
const SOA_QUERY = Buffer.from(
  "1234010000010000000000000461757468076578616d706c65036f72670000060001",
  "hex",
);
const START_DEADLINE_MS = 30_000;

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
    await answers(port, child);
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

/** Resolves with the milliseconds that it took until the first answer, from now. */
export async function answers(port: number, child: ChildProcess): Promise<number> {
  const start = performance.now();
  const socket = createSocket("udp4");
  // ICMP says "port unreachable" until it is there.
  socket.on("error", () => {});
  try {
    return await new Promise<number>((resolve, reject) => {
      const ask = (): void => socket.send(SOA_QUERY, port, "127.0.0.1", () => {});
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
      socket.once("message", () => {
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
  const before = cpuTimeOfTree(pid);
  const result = await work();
  const cpuUs = (cpuTimeOfTree(pid) - before) / 1000;
  if (cpuUs <= 0) throw new Error(`process ${pid} used no CPU: it is not the one that answered`);
  return { result, cpuUs };
}

export function memoryMib({ pid }: BenchServer): number {
  return residentMib(pid);
}
