import { type BenchContext, withServers } from "../context.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import { formatSample, type Sample, sampleOf } from "../measure/statistics.ts";
import type { SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const PER_SECOND = 500;
const UPDATES_PER_SECOND = 200;
const REGISTRATIONS_PER_SECOND = 20;
const SECONDS = 2;

/** What the API does to the latency of DNS: the same burst without and with it, in turn. */
export async function dnsBesideApiSection(context: BenchContext): Promise<SectionResult> {
  const { folder, generator, rounds } = context;
  const server = dnsvouch({ folder, name: "dnsvouch", port: 5454, io: "batch", names: NAMES });
  const { port } = server;
  const updating = new ApiLoad("1");
  const registering = new ApiLoad("1");
  const burst = { kind: "open", port, isEcho: false, names: NAMES, perSecond: PER_SECOND } as const;
  const api = { port: apiPort(port), seconds: SECONDS + 0.5 };
  try {
    return await withServers(context, [server], async () => {
      const idle: { p50: number; p99: number }[] = [];
      const busy: { p50: number; p99: number }[] = [];
      for (let round = 0; round <= rounds; round++) {
        const alone = await generator.run({ ...burst, seconds: SECONDS });
        const [beside] = await Promise.all([
          generator.run({ ...burst, seconds: SECONDS }),
          updating.run({ ...api, kind: "update", connections: 4, perSecond: UPDATES_PER_SECOND }),
          registering.run({
            ...api,
            kind: "register",
            connections: 2,
            perSecond: REGISTRATIONS_PER_SECOND,
          }),
        ]);
        if (round === 0 || !alone.latencies || !beside.latencies) continue;
        idle.push(alone.latencies);
        busy.push(beside.latencies);
      }
      return resultOf(idle, busy);
    });
  } finally {
    updating.stop();
    registering.stop();
  }
}

interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

function resultOf(idle: readonly Latencies[], busy: readonly Latencies[]): SectionResult {
  const p50 = (of: readonly Latencies[]): Sample => sampleOf(of.map((each) => each.p50));
  const p99 = (of: readonly Latencies[]): Sample => sampleOf(of.map((each) => each.p99));
  const section = `DNS beside ${UPDATES_PER_SECOND} updates and ${REGISTRATIONS_PER_SECOND} registrations a second, ${PER_SECOND} questions a second, microseconds`;
  const row = (who: string, of: readonly Latencies[]) => ({
    section,
    who,
    figures: { p50: formatSample(p50(of), 0), p99: formatSample(p99(of), 0) },
  });
  const allowed = 3 * p50(idle).median + 1000;
  return {
    rows: [row("API idle", idle), row("API in use", busy)],
    musts: [
      {
        what: "p99 of DNS beside the API over (3 x idle p50 + 1 ms)",
        figure: p99(busy).median / allowed,
        wanted: 1,
        direction: "at most",
      },
    ],
  };
}
