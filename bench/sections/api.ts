import { type BenchContext, withServers } from "../context.ts";
import { ApiLoad } from "../load/api-load-process.ts";
import type { HttpResult } from "../load/http-load.ts";
import { formatSample, sampleOf } from "../measure/statistics.ts";
import { RECORDED_ACME_DNS } from "../recorded.ts";
import type { Must, SectionResult } from "../report.ts";
import { apiPort, dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const CONNECTIONS = 16;
const SECONDS = 2;

/** Updates and registrations, each on the disk before it is answered; server on one core. */
export async function apiSection(context: BenchContext): Promise<SectionResult> {
  const { folder, rounds } = context;
  const server = dnsvouch({ folder, name: "dnsvouch", port: 5444, io: "batch", names: NAMES });
  const load = new ApiLoad("1");
  try {
    return await withServers(context, [server], async () => {
      const burst = { port: apiPort(server.port), connections: CONNECTIONS, seconds: SECONDS };
      const updates: HttpResult[] = [];
      const registrations: HttpResult[] = [];
      for (let round = 0; round <= rounds; round++) {
        const update = await load.run({ ...burst, kind: "update" });
        const registration = await load.run({ ...burst, kind: "register" });
        if (round === 0) continue;
        updates.push(update);
        registrations.push(registration);
      }
      return resultOf(updates, registrations);
    });
  } finally {
    load.stop();
  }
}

function resultOf(
  updates: readonly HttpResult[],
  registrations: readonly HttpResult[],
): SectionResult {
  const rate = (results: readonly HttpResult[]) =>
    sampleOf(results.map(({ responses, seconds }) => responses / seconds));
  const p99 = (results: readonly HttpResult[]) => sampleOf(results.map((each) => each.p99));
  const { updatesPerSecond, registrationsPerSecond } = RECORDED_ACME_DNS;
  const rows = [
    { who: "POST /update", results: updates, recorded: updatesPerSecond },
    { who: "POST /register", results: registrations, recorded: registrationsPerSecond },
  ].map(({ who, results, recorded }) => ({
    section: `API, durable, ${CONNECTIONS} connections, server on one core`,
    who,
    figures: {
      "a second": formatSample(rate(results), 0),
      "p99 ms": formatSample(p99(results), 1),
      "x acme-dns (recorded)": (rate(results).median / recorded).toFixed(0),
    },
  }));
  const perSecond = rate(updates).median;
  const musts: Must[] = [
    atLeast("updates over acme-dns (recorded)", perSecond / updatesPerSecond, 400),
    atLeast("updates a second", perSecond, 2000),
    { what: "p99 of updates, ms", figure: p99(updates).median, wanted: 20, direction: "at most" },
    atLeast(
      "registrations over acme-dns (recorded)",
      rate(registrations).median / registrationsPerSecond,
      150,
    ),
  ];
  return { rows, musts };
}

function atLeast(what: string, figure: number, wanted: number): Must {
  return { what, figure, wanted, direction: "at least" };
}
