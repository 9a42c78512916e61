import { readdirSync } from "node:fs";
import { type BenchContext, withServers } from "../context.ts";
import type { ApiBurst } from "../load/api-load.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import { sampleOf } from "../measure/statistics.ts";
import type { SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";
import { type BenchServer, memoryMib } from "../servers/server.ts";

const NAMES = 10_000;
/** Of one round, after which memory and descriptors are looked at. */
const ROUND_SECONDS = 15;
const ROUNDS = 40;
/** Rounds in which caches fill and code is compiled. */
const WARM_UP = 8;
const QUESTIONS_PER_SECOND = 500;

const USES: readonly Pick<ApiBurst, "kind" | "connections" | "perSecond">[] = [
  { kind: "update", connections: 8, perSecond: 100 },
  { kind: "register", connections: 2, perSecond: 2 },
  { kind: "wrong-key", connections: 4, perSecond: 50 },
  { kind: "wrong-imported-key", connections: 2, perSecond: 5 },
];

/** Ten minutes of everything at once: nothing fails, and nothing grows. Not part of a run of all sections. */
export async function enduranceSection(context: BenchContext): Promise<SectionResult> {
  const { folder, generator } = context;
  const options = { folder, name: "dnsvouch", port: 5495, io: "batch", names: NAMES } as const;
  const command = dnsvouch({ ...options, cpus: "0,1" });
  const loads = USES.map((use) => ({ use, load: new ApiLoad("1") }));
  try {
    return await withServers(context, [command], async ([server]) => {
      if (server === undefined) throw new Error("no server");
      const seen: Seen[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const seconds = ROUND_SECONDS;
        const port = apiPort(server.port);
        // Each rejects if anything is answered otherwise than it should be.
        await Promise.all([
          generator.run({
            kind: "open",
            port: server.port,
            isEcho: false,
            names: NAMES,
            perSecond: QUESTIONS_PER_SECOND,
            seconds,
          }),
          ...loads.map(({ use, load }) => load.run({ ...use, port, seconds })),
        ]);
        seen.push(look(server));
      }
      return resultOf(seen);
    });
  } finally {
    for (const { load } of loads) load.stop();
  }
}

interface Seen {
  readonly mib: number;
  readonly descriptors: number;
}

function look(server: BenchServer): Seen {
  const descriptors = readdirSync(`/proc/${server.pid}/fd`).length;
  return { mib: memoryMib(server), descriptors };
}

function resultOf(seen: readonly Seen[]): SectionResult {
  const parts = [
    { who: "the first minutes", of: seen.slice(0, WARM_UP) },
    { who: "then", of: seen.slice(WARM_UP, WARM_UP * 2) },
    { who: "the last minutes", of: seen.slice(-WARM_UP) },
  ];
  const median = (of: readonly Seen[], pick: (each: Seen) => number) =>
    sampleOf(of.map(pick)).median;
  const mib = ({ mib: figure }: Seen): number => figure;
  const descriptors = ({ descriptors: figure }: Seen): number => figure;
  const [, then = parts[0], last = parts[0]] = parts;
  const minutes = (ROUNDS * ROUND_SECONDS) / 60;
  return {
    rows: parts.map(({ who, of }) => ({
      section: `${minutes} minutes of queries, updates, registrations and wrong keys`,
      who,
      figures: {
        "resident MiB": median(of, mib).toFixed(1),
        descriptors: median(of, descriptors).toFixed(0),
      },
    })),
    musts: [
      {
        what: "most resident memory, MiB",
        figure: Math.max(...seen.map(mib)),
        wanted: 150,
        direction: "at most",
      },
      {
        what: "resident memory of the last minutes over that after the warm-up",
        figure: median(last?.of ?? [], mib) / median(then?.of ?? [], mib),
        wanted: 1.05,
        direction: "at most",
      },
      {
        what: "descriptors of the last minutes over those after the warm-up",
        figure: median(last?.of ?? [], descriptors) / median(then?.of ?? [], descriptors),
        wanted: 1.02,
        direction: "at most",
      },
    ],
  };
}
