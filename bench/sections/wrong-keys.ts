import { type BenchContext, withServers } from "../context.ts";
import type { ApiBurst } from "../load/api-load.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import type { SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const SECONDS = 10;
const ATTACKERS = 50;
const QUESTIONS_PER_SECOND = 500;
const UPDATES_PER_SECOND = 20;

type Attack = { readonly who: string; readonly kind?: ApiBurst["kind"] };

const ATTACKS: readonly Attack[] = [
  { who: "nobody attacks" },
  { who: "wrong keys", kind: "wrong-key" },
  { who: "wrong imported keys", kind: "wrong-imported-key" },
];

interface Suffered {
  readonly who: string;
  readonly attempts: number;
  /** Milliseconds. */
  readonly dns: { readonly p50: number; readonly p99: number };
  readonly updates: { readonly p50: number; readonly p99: number };
}

/** What 50 connections that send wrong keys as fast as they can do to everybody else, no limit set. */
export async function wrongKeysSection(context: BenchContext): Promise<SectionResult> {
  const { folder } = context;
  const server = dnsvouch({
    folder,
    name: "dnsvouch",
    port: 5480,
    io: "batch",
    names: NAMES,
    cpus: "0,1",
  });
  const loads = { attack: new ApiLoad("0,1"), updating: new ApiLoad("0,1") };
  try {
    return await withServers(context, [server], async () => {
      const suffered: Suffered[] = [];
      for (const attack of ATTACKS)
        suffered.push(await suffer(context, server.port, loads, attack));
      return resultOf(suffered);
    });
  } finally {
    for (const load of Object.values(loads)) load.stop();
  }
}

async function suffer(
  { generator }: BenchContext,
  port: number,
  { attack, updating }: { readonly attack: ApiLoad; readonly updating: ApiLoad },
  { who, kind }: Attack,
): Promise<Suffered> {
  const api = { port: apiPort(port), seconds: SECONDS };
  const update = { ...api, kind: "update", connections: 2 } as const;
  // Its delegates are registered before the attack begins.
  await updating.run({ ...update, seconds: 0.5, perSecond: UPDATES_PER_SECOND });
  const [questions, updates, attempts] = await Promise.all([
    generator.run({
      kind: "open",
      port,
      isEcho: false,
      names: NAMES,
      perSecond: QUESTIONS_PER_SECOND,
      seconds: SECONDS,
    }),
    updating.run({ ...update, perSecond: UPDATES_PER_SECOND }),
    kind && attack.run({ ...api, kind, connections: ATTACKERS }),
  ]);
  const { p50, p99 } = questions.latencies ?? { p50: Number.NaN, p99: Number.NaN };
  return {
    who,
    attempts: (attempts?.responses ?? 0) / SECONDS,
    dns: { p50: p50 / 1000, p99: p99 / 1000 },
    updates,
  };
}

function resultOf(suffered: readonly Suffered[]): SectionResult {
  const musts = suffered.slice(1).flatMap(({ who, dns, updates }) => [
    { what: `${who}: p99 of DNS, ms`, figure: dns.p99, wanted: 20, direction: "at most" as const },
    {
      what: `${who}: p99 of an update, ms`,
      figure: updates.p99,
      wanted: 100,
      direction: "at most" as const,
    },
  ]);
  const [calm] = suffered;
  return {
    rows: suffered.map(({ who, attempts, dns, updates }) => ({
      section: `Beside ${ATTACKERS} connections that send wrong keys for ${SECONDS} s, milliseconds`,
      who,
      figures: {
        "attempts a second": attempts.toFixed(0),
        "DNS p50": dns.p50.toFixed(2),
        "DNS p99": dns.p99.toFixed(2),
        "x without": (dns.p99 / (calm?.dns.p99 ?? Number.NaN)).toFixed(1),
        "update p50": updates.p50.toFixed(1),
        "update p99": updates.p99.toFixed(1),
      },
    })),
    musts,
  };
}
