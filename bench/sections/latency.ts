import { join } from "node:path";
import { type BenchContext, withServers } from "../context.ts";
import { formatSample, type Sample, sampleOf } from "../measure/statistics.ts";
import type { Must, SectionResult } from "../report.ts";
import { dnsvouch } from "../servers/dnsvouch.ts";
import { cEcho, isInstalled, nsd, writeZoneFile } from "../servers/peers.ts";

const NAMES = 10_000;
const PER_SECOND = 5000;
const WARM_UP_SECONDS = 2;

/** Questions at a fixed rate, latency counted from the instant at which each was due. */
export async function latencySection(context: BenchContext): Promise<SectionResult> {
  const { folder, generator, rounds, burstSeconds } = context;
  const commands = [
    dnsvouch({ folder, name: "dnsvouch batch", port: 5424, io: "batch", names: NAMES }),
  ];
  const notes: string[] = [];
  if (isInstalled("nsd")) {
    const zoneFile = join(folder, `zone-${NAMES}`);
    writeZoneFile(zoneFile, NAMES);
    commands.push(nsd(folder, zoneFile, 5421));
  } else notes.push("NSD: not measured, not installed (Debian package nsd)");
  const echo = cEcho(folder, 5422);
  if (echo === undefined) notes.push("C echo: not measured, no C compiler (cc) is installed");
  else commands.push(echo);
  return withServers(context, commands, async (servers) => {
    const p50s = new Map<string, number[]>();
    const p99s = new Map<string, number[]>();
    // At a few thousand a second compilers would be at work for all of the measurement.
    for (const { port, isEcho } of servers) {
      await generator.run({ kind: "closed", port, isEcho, names: NAMES, seconds: WARM_UP_SECONDS });
    }
    for (let round = 0; round <= rounds; round++) {
      for (const { port, isEcho, name } of servers) {
        const burst = { kind: "open", port, isEcho, names: NAMES, perSecond: PER_SECOND } as const;
        const { latencies } = await generator.run({ ...burst, seconds: burstSeconds });
        if (round === 0 || latencies === undefined) continue;
        p50s.set(name, [...(p50s.get(name) ?? []), latencies.p50]);
        p99s.set(name, [...(p99s.get(name) ?? []), latencies.p99]);
      }
    }
    const p50 = (name: string): Sample => sampleOf(p50s.get(name) ?? []);
    const p99 = (name: string): Sample => sampleOf(p99s.get(name) ?? []);
    const rows = servers.map(({ name: who }) => ({
      section: `Latency at ${PER_SECOND} questions a second, microseconds`,
      who,
      figures: { p50: formatSample(p50(who), 1), p99: formatSample(p99(who), 1) },
    }));
    const musts: Must[] = [];
    const ratio = (what: string, figure: number, wanted: number): void => {
      if (Number.isFinite(figure)) musts.push({ what, figure, wanted, direction: "at most" });
    };
    ratio("p50 over that of NSD", p50("dnsvouch batch").median / p50("NSD").median, 1.2);
    ratio("p99 over that of the C echo", p99("dnsvouch batch").median / p99("C echo").median, 3);
    return { rows, musts, notes };
  });
}
