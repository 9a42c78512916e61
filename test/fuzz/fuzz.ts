/**
 * `npm run fuzz`: sends mutations of the golden messages (test/vector) to a dnsvouch process over
 * UDP and TCP, and checks every response and that the server stays well.
 *
 *     npm run fuzz -- --messages 1000000 --streams 10000 --seed 1 --io batch
 *
 * The same seed sends the same messages in the same order. Exit code 1 with the octets at fault if
 * something is found.
 */
import { readFileSync } from "node:fs";
import { readVectors, type Vector } from "../support/vector.ts";
import { startVectorServer, type VectorServer } from "../support/vector-server.ts";
import { Finding } from "./finding.ts";
import { runMessages } from "./message-run.ts";
import { type Options, readOptions } from "./options.ts";
import { runStreams } from "./stream-run.ts";
import { Tally } from "./tally.ts";

/** Behind these the memory of the server is measured for the first time. */
const WARM_UP_MESSAGES = 20_000;
const WARM_UP_STREAMS = 200;
/** What a heap may grow by between two collections, and more: a leak of a million messages is larger. */
const MAX_GROWTH_MIB = 128;
/** How long the server may take to stop: requests under way are finished, and there are none. */
const STOP_MS = 15_000;
/** What it logs when a query has made it throw. */
const FAULT = "a fault of dnsvouch itself";

/** MiB of memory that the process has, or undefined where the system does not say so. */
function residentMib({ dnsvouch }: VectorServer): number | undefined {
  try {
    const status = readFileSync(`/proc/${dnsvouch.child.pid}/status`, "utf8");
    return Math.round(Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1]) / 1024);
  } catch {
    return undefined;
  }
}

/** What is refused at once is there once, the others three times: they reach more of the server. */
function corpusOf(vectors: readonly Vector[]): Buffer[] {
  return vectors.flatMap(({ octets, expected }) => {
    const isRefused = /^(?:FORMERR|silence)/.test(expected.udp);
    return isRefused ? [octets] : [octets, octets, octets];
  });
}

async function fuzz(options: Options, server: VectorServer): Promise<void> {
  const tally = new Tally();
  const run = { port: server.port, seed: options.seed, corpus: corpusOf(readVectors()), tally };
  const warmMessages = Math.min(options.messages, WARM_UP_MESSAGES);
  const warmStreams = Math.min(options.streams, WARM_UP_STREAMS);
  const startedMs = performance.now();
  await runMessages(run, 0, warmMessages);
  await runStreams(run, 0, warmStreams);
  const beforeMib = residentMib(server);
  await runMessages(run, warmMessages, options.messages);
  await runStreams(run, warmStreams, options.streams);
  const afterMib = residentMib(server);
  const seconds = (performance.now() - startedMs) / 1000;
  print(`${tally.messages} messages, ${tally.streams} streams, ${seconds.toFixed(1)} s`);
  print(`responses: ${tally.responses()}; datagrams lost and sent again: ${tally.lost}`);
  print(`largest amplification: ${tally.largestAmplification()}`);
  if (beforeMib === undefined || afterMib === undefined) return;
  print(`memory of the server: ${beforeMib} MiB after the warm-up, ${afterMib} MiB at the end`);
  const isBounded = afterMib - beforeMib <= MAX_GROWTH_MIB;
  if (!isBounded) throw new Error(`the server has grown by more than ${MAX_GROWTH_MIB} MiB`);
}

/** It must end as it does when nobody has sent anything wrong. */
async function stop({ dnsvouch }: VectorServer): Promise<void> {
  const late = setTimeout(() => dnsvouch.child.kill("SIGKILL"), STOP_MS);
  dnsvouch.child.kill("SIGTERM");
  const exit = await dnsvouch.exit();
  clearTimeout(late);
  if (exit !== 0) throw new Error(`the server ends with ${exit} after SIGTERM`);
  const isFaulty = (dnsvouch.stdout() + dnsvouch.stderr()).includes(FAULT);
  if (isFaulty) throw new Error("the server has reported a fault");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const options = readOptions(process.argv.slice(2));
print(`seed ${options.seed}`);
const server = await startVectorServer(options.io);
try {
  await fuzz(options, server);
  await stop(server);
  print(`nothing found with seed ${options.seed}`);
} catch (error) {
  print(error instanceof Finding ? error.report() : String(error));
  print(`seed ${options.seed}`);
  print(`the server has printed:\n${server.dnsvouch.stdout()}${server.dnsvouch.stderr()}`);
  process.exitCode = 1;
} finally {
  await server.remove();
}
