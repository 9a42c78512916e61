import { join } from "node:path";
import { type BenchContext, withServers } from "../context.ts";
import { formatSample } from "../measure/statistics.ts";
import type { Must, SectionResult } from "../report.ts";
import { dnsvouch } from "../servers/dnsvouch.ts";
import { isInstalled, nsd, writeZoneFile } from "../servers/peers.ts";
import { memoryMib } from "../servers/server.ts";
import { measureUdp } from "./udp.ts";

const FEW = 1000;
const MANY = 1_000_000;

/** A thousand times as many names: the cost of an answer, and memory. */
export async function growthSection(context: BenchContext): Promise<SectionResult> {
  const { folder } = context;
  const commands = [
    dnsvouch({ folder, name: `dnsvouch ${FEW}`, port: 5414, io: "batch", names: FEW }),
    dnsvouch({ folder, name: `dnsvouch ${MANY}`, port: 5415, io: "batch", names: MANY }),
  ];
  const notes: string[] = [];
  if (isInstalled("nsd")) {
    const zoneFile = join(folder, `zone-${MANY}`);
    writeZoneFile(zoneFile, MANY);
    commands.push({ ...nsd(folder, zoneFile, 5416), name: `NSD ${MANY}` });
  } else notes.push("NSD: not measured, not installed (Debian package nsd)");
  return withServers(context, commands, async (servers) => {
    const costs = await measureUdp(context, servers, ({ name }) => Number(name.split(" ")[1]));
    const cost = (name: string): number => costs.get(name)?.cpuUs.median ?? Number.NaN;
    const memory = new Map(servers.map((server) => [server.name, memoryMib(server)]));
    const rows = [...costs].map(([who, { cpuUs, perSecond }]) => ({
      section: `UDP, ${FEW} and ${MANY} names: CPU time for an answer, microseconds`,
      who,
      figures: {
        us: formatSample(cpuUs, 2),
        "answers/s": perSecond.median.toFixed(0),
        "resident MiB": (memory.get(who) ?? Number.NaN).toFixed(0),
      },
    }));
    const many = `dnsvouch ${MANY}`;
    const musts: Must[] = [
      {
        what: `the cost at ${MANY} names over that at ${FEW}`,
        figure: cost(many) / cost(`dnsvouch ${FEW}`),
        wanted: 1.4,
        direction: "at most",
      },
      {
        what: `memory with ${MANY} names, MiB`,
        figure: memory.get(many) ?? Number.NaN,
        wanted: 240,
        direction: "at most",
      },
    ];
    if (costs.has(`NSD ${MANY}`)) {
      const figure = cost(`NSD ${MANY}`) / cost(many);
      musts.push({
        what: `NSD at ${MANY} names over ours`,
        figure,
        wanted: 1.1,
        direction: "at least",
      });
    }
    return { rows, musts, notes };
  });
}
