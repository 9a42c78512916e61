import { join } from "node:path";
import { writeAcmeDnsDatabase } from "../acme-dns-database.ts";
import { type BenchContext, withServers } from "../context.ts";
import { formatSample, type Sample, sampleOf } from "../measure/statistics.ts";
import { RECORDED_ACME_DNS } from "../recorded.ts";
import type { Must, SectionResult } from "../report.ts";
import { dnsvouch } from "../servers/dnsvouch.ts";
import {
  acmeDns,
  cEcho,
  dgramEcho,
  isInstalled,
  knot,
  nsd,
  powerDns,
  writeZoneFile,
} from "../servers/peers.ts";
import { type BenchServer, type Command, whileMeasured } from "../servers/server.ts";

const NAMES = 10_000;
/** acme-dns is at its best with few. */
const ACME_DNS_NAMES = 100;

/** CPU time for an answer, microseconds, and answers a second. */
export interface UdpCost {
  readonly cpuUs: Sample;
  readonly perSecond: Sample;
}

/** Bursts in turn, A B C A B C, the first round to warm up. */
export async function measureUdp(
  { generator, rounds, burstSeconds }: BenchContext,
  servers: readonly BenchServer[],
  names: (server: BenchServer) => number,
): Promise<Map<string, UdpCost>> {
  const costs = new Map<string, { cpuUs: number[]; perSecond: number[] }>();
  for (let round = 0; round <= rounds; round++) {
    for (const server of servers) {
      const { port, isEcho, name } = server;
      const burst = { kind: "closed", port, isEcho, seconds: burstSeconds } as const;
      const { result, cpuUs } = await whileMeasured(server, () =>
        generator.run({ ...burst, names: names(server) }),
      );
      if (round === 0) continue;
      const cost = costs.get(name) ?? { cpuUs: [], perSecond: [] };
      costs.set(name, cost);
      cost.cpuUs.push(cpuUs / result.answers);
      cost.perSecond.push(result.answers / result.seconds);
    }
  }
  return new Map(
    [...costs].map(([name, { cpuUs, perSecond }]) => [
      name,
      { cpuUs: sampleOf(cpuUs), perSecond: sampleOf(perSecond) },
    ]),
  );
}

/** What is installed, and a line for what is not. */
function peers(folder: string): { commands: Command[]; notes: string[] } {
  const zoneFile = join(folder, `zone-${NAMES}`);
  writeZoneFile(zoneFile, NAMES);
  const commands: Command[] = [dgramEcho(5403)];
  const notes: string[] = [];
  const echo = cEcho(folder, 5402);
  if (echo === undefined) notes.push("C echo: not measured, no C compiler (cc) is installed");
  else commands.push(echo);
  if (isInstalled("nsd")) commands.push(nsd(folder, zoneFile, 5401));
  else notes.push("NSD: not measured, not installed (Debian package nsd)");
  if (isInstalled("knotd")) commands.push(knot(folder, zoneFile, 5406));
  else notes.push("Knot: not measured, not installed (Debian package knot)");
  if (isInstalled("pdns_server")) commands.push(powerDns(folder, NAMES, 5407));
  else notes.push("PowerDNS: not measured, not installed (pdns-server, pdns-backend-sqlite3)");
  const program = process.env["ACME_DNS_BIN"];
  if (program === undefined) {
    notes.push(
      `acme-dns: ${RECORDED_ACME_DNS.cpuUsPerQuery} us a query (recorded; ACME_DNS_BIN is not set)`,
    );
  } else {
    const database = join(folder, "acme-dns-own.db");
    writeAcmeDnsDatabase(database, ACME_DNS_NAMES);
    commands.push(acmeDns(program, folder, database, 5408));
  }
  return { commands, notes };
}

export async function udpSection(context: BenchContext): Promise<SectionResult> {
  const { folder } = context;
  const { commands, notes } = peers(folder);
  const ours = [
    dnsvouch({ folder, name: "dnsvouch batch", port: 5404, io: "batch", names: NAMES }),
    dnsvouch({ folder, name: "dnsvouch dgram", port: 5405, io: "dgram", names: NAMES }),
  ];
  return withServers(context, [...ours, ...commands], async (servers) => {
    const costs = await measureUdp(context, servers, ({ name }) =>
      name === "acme-dns" ? ACME_DNS_NAMES : NAMES,
    );
    const cost = (name: string): number => costs.get(name)?.cpuUs.median ?? Number.NaN;
    const acme = costs.has("acme-dns") ? cost("acme-dns") : RECORDED_ACME_DNS.cpuUsPerQuery;
    const recorded = costs.has("acme-dns") ? "" : " (recorded)";
    const rows = [...costs].map(([who, { cpuUs, perSecond }]) => ({
      section: `UDP, ${NAMES} names, one core: CPU time for an answer, microseconds`,
      who,
      figures: {
        us: formatSample(cpuUs, 2),
        "answers/s": perSecond.median.toFixed(0),
        "x NSD": costs.has("NSD") ? (cost("NSD") / cpuUs.median).toFixed(2) : "-",
        "x dgram echo": (cost("dgram echo") / cpuUs.median).toFixed(2),
        [`x acme-dns${recorded}`]: (acme / cpuUs.median).toFixed(1),
      },
    }));
    const ratio = (what: string, who: string, over: number, wanted: number): Must => ({
      what: `${who} over ${what}`,
      figure: over / cost(who),
      wanted,
      direction: "at least",
    });
    const musts = [
      ratio("dgram echo", "dnsvouch dgram", cost("dgram echo"), 0.8),
      ratio(`acme-dns at its best${recorded}`, "dnsvouch dgram", acme, 5),
      ratio("dgram echo", "dnsvouch batch", cost("dgram echo"), 2.2),
      ratio(`acme-dns at its best${recorded}`, "dnsvouch batch", acme, 14),
      ...(costs.has("NSD") ? [ratio("NSD", "dnsvouch batch", cost("NSD"), 0.95)] : []),
    ];
    return { rows, musts, notes };
  });
}
