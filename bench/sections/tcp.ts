import { join } from "node:path";
import { type BenchContext, withServers } from "../context.ts";
import { formatSample, sampleOf } from "../measure/statistics.ts";
import type { Must, SectionResult } from "../report.ts";
import { dnsvouch } from "../servers/dnsvouch.ts";
import { isInstalled, nsd, writeZoneFile } from "../servers/peers.ts";
import { type BenchServer, whileMeasured } from "../servers/server.ts";

const NAMES = 10_000;
const KINDS = {
  kept: "TCP, connections kept, questions in a row",
  single: "TCP, a connection for each question",
} as const;

export async function tcpSection(context: BenchContext): Promise<SectionResult> {
  const { folder } = context;
  const commands = [dnsvouch({ folder, name: "dnsvouch", port: 5434, io: "batch", names: NAMES })];
  const notes: string[] = [];
  if (isInstalled("nsd")) {
    const zoneFile = join(folder, `zone-${NAMES}`);
    writeZoneFile(zoneFile, NAMES);
    commands.push(nsd(folder, zoneFile, 5431));
  } else notes.push("NSD: not measured, not installed (Debian package nsd)");
  return withServers(context, commands, async (servers) => {
    const { costs, rates } = await measureTcp(context, servers);
    const cost = (key: string): number => sampleOf(costs.get(key) ?? []).median;
    const rows = (["kept", "single"] as const).flatMap((kind) =>
      servers.map(({ name: who }) => ({
        section: `${KINDS[kind]}: CPU time for an answer, microseconds`,
        who,
        figures: {
          us: formatSample(sampleOf(costs.get(`${kind} ${who}`) ?? []), 2),
          "answers/s": sampleOf(rates.get(`${kind} ${who}`) ?? []).median.toFixed(0),
        },
      })),
    );
    const must = (kind: "kept" | "single", wanted: number): Must => ({
      what: `${KINDS[kind]}, over NSD`,
      figure: cost(`${kind} NSD`) / cost(`${kind} dnsvouch`),
      wanted,
      direction: "at least",
    });
    const musts = isInstalled("nsd") ? [must("kept", 2.5), must("single", 0.5)] : [];
    return { rows, musts, notes };
  });
}

/** CPU time for an answer and answers a second of each burst, by `<kind> <name of the server>`. */
async function measureTcp(
  { generator, rounds, burstSeconds }: BenchContext,
  servers: readonly BenchServer[],
): Promise<{ costs: Map<string, number[]>; rates: Map<string, number[]> }> {
  const costs = new Map<string, number[]>();
  const rates = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const kind of ["kept", "single"] as const) {
      for (const server of servers) {
        const { port, name } = server;
        const burst = { kind, port, isEcho: false, names: NAMES, seconds: burstSeconds };
        const { result, cpuUs } = await whileMeasured(server, () => generator.run(burst));
        if (round === 0) continue;
        const key = `${kind} ${name}`;
        costs.set(key, [...(costs.get(key) ?? []), cpuUs / result.answers]);
        rates.set(key, [...(rates.get(key) ?? []), result.answers / result.seconds]);
      }
    }
  }
  return { costs, rates };
}
