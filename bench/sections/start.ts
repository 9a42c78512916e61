import { spawn } from "node:child_process";
import { once } from "node:events";
import { type BenchContext, withServers } from "../context.ts";
import { subdomain, ZONE } from "../data.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import { encode } from "../load/questions.ts";
import { formatSample, type Sample, sampleOf } from "../measure/statistics.ts";
import type { SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";
import { answers, type Command, memoryMib, settled } from "../servers/server.ts";

const START = "First right answer after the start, milliseconds";
const NAMES = 10_000;
const SIZES = [NAMES, 1_000_000];
const LOAD_SECONDS = 3;

/** From the spawn of the process to the first value of a delegate, with few names and with many. */
export async function startSection(context: BenchContext): Promise<SectionResult> {
  const rows = [];
  const musts = [];
  const killed = await timesAfterKill(context);
  rows.push({
    section: START,
    who: "after kill -9 under load",
    figures: { ms: formatSample(killed, 0) },
  });
  musts.push({
    what: "first answer after kill -9 under load, ms",
    figure: killed.median,
    wanted: 1000,
    direction: "at most" as const,
  });
  for (const [i, names] of SIZES.entries()) {
    const { folder, rounds } = context;
    const command = dnsvouch({ folder, name: "dnsvouch", port: 5460 + i, io: "batch", names });
    const times: number[] = [];
    for (let round = 0; round < rounds; round++)
      times.push(await timeToFirstAnswer(command, names - 1));
    const sample = sampleOf(times);
    rows.push({
      section: START,
      who: `${names} names`,
      figures: { ms: formatSample(sample, 0) },
    });
    musts.push({
      what: `first answer with ${names} names, ms`,
      figure: sample.median,
      wanted: 400,
      direction: "at most" as const,
    });
  }
  return { rows, musts };
}

/** A server is killed while all its connections send updates, and started again on what it leaves. */
async function timesAfterKill({ folder, rounds }: BenchContext): Promise<Sample> {
  const { port, ...command } = dnsvouch({
    folder,
    name: "dnsvouch",
    port: 5465,
    io: "batch",
    names: NAMES,
  });
  const [program, ...args] = command.command;
  const load = new ApiLoad("1");
  const times: number[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      const child = spawn("taskset", ["-c", "0,1", program, ...args], { stdio: "ignore" });
      const query = encode(1, `${subdomain(NAMES - 1)}.${ZONE}`, "TXT", false);
      const took = await answers(port, child, { query });
      if (round > 0) times.push(took);
      const burst = { kind: "update", port: apiPort(port), connections: 16 } as const;
      // Long enough for the first part of it to be measured, and killed in the middle of the second.
      await load.run({ ...burst, seconds: 1 });
      const cut = load.run({ ...burst, seconds: 1 }).catch(() => {});
      setTimeout(() => child.kill("SIGKILL"), 300);
      await once(child, "exit");
      await cut;
    }
  } finally {
    load.stop();
  }
  return sampleOf(times);
}

/** Asks for the value of the name with that number: the last one is in the table last. */
async function timeToFirstAnswer({ port, command }: Command, number: number): Promise<number> {
  const query = encode(1, `${subdomain(number)}.${ZONE}`, "TXT", false);
  const [program, ...args] = command;
  const child = spawn("taskset", ["-c", "0,1", program, ...args], { stdio: "ignore" });
  const took = await answers(port, child, { query });
  child.kill("SIGTERM");
  await once(child, "exit");
  return took;
}

/**
 * Resident memory with 10,000 names, by number of workers: after some seconds of questions, since
 * compiled code, the slots of batches and the heap are there only then.
 */
export async function memorySection(context: BenchContext): Promise<SectionResult> {
  const { folder, generator } = context;
  const mib: number[] = [];
  const idle: number[] = [];
  for (const workers of [1, 2, 3]) {
    const port = 5470 + workers;
    const options = { folder, name: `${workers} workers`, port, io: "batch", workers } as const;
    const command = dnsvouch({ ...options, names: NAMES, cpus: "0,1" });
    mib.push(
      await withServers(context, [command], async ([server]) => {
        if (server === undefined) return Number.NaN;
        idle.push(memoryMib(server));
        const burst = { kind: "closed", isEcho: false, names: NAMES, shares: true } as const;
        await generator.run({ ...burst, port, seconds: LOAD_SECONDS });
        await settled(server);
        return memoryMib(server);
      }),
    );
  }
  const [one = Number.NaN, , three = Number.NaN] = mib;
  return {
    rows: mib.map((each, i) => ({
      section: "Resident memory with 10,000 names, MiB",
      who: `${i + 1} workers`,
      figures: { MiB: each.toFixed(0), "before the first question": idle[i]?.toFixed(0) ?? "-" },
    })),
    musts: [
      { what: "memory with one worker, MiB", figure: one, wanted: 110, direction: "at most" },
      {
        what: "memory for each further worker, MiB",
        figure: (three - one) / 2,
        wanted: 20,
        direction: "at most",
      },
    ],
  };
}
