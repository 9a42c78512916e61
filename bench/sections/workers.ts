import { type BenchContext, withServers } from "../context.ts";
import { Generator } from "../load/generator-process.ts";
import { formatSample, sampleOf } from "../measure/statistics.ts";
import type { SectionResult } from "../report.ts";
import { dnsvouch } from "../servers/dnsvouch.ts";

const NAMES = 10_000;
const BOTH = "0,1";

/**
 * One worker and two, on two cores that the generator uses, too. By batches one worker and the
 * generator fill both cores already, so nothing is promised there.
 */
export async function workersSection(context: BenchContext): Promise<SectionResult> {
  const { folder, rounds, burstSeconds } = context;
  const commands = (["dgram", "batch"] as const).flatMap((io, i) =>
    [1, 2].map((workers) => {
      const name = `${io}, ${workers} workers`;
      const port = 5480 + 2 * i + workers;
      return dnsvouch({ folder, name, port, io, workers, cpus: BOTH, names: NAMES });
    }),
  );
  const generator = new Generator(BOTH);
  try {
    return await withServers(context, commands, async (servers) => {
      const rates = new Map<string, number[]>();
      for (let round = 0; round <= rounds; round++) {
        for (const { port, name } of servers) {
          const burst = {
            kind: "closed",
            port,
            isEcho: false,
            names: NAMES,
            shares: true,
          } as const;
          const { answers, seconds } = await generator.run({ ...burst, seconds: burstSeconds });
          if (round > 0) rates.set(name, [...(rates.get(name) ?? []), answers / seconds]);
        }
      }
      const samples = [...rates].map(([who, values]) => ({ who, sample: sampleOf(values) }));
      const [one, two] = samples.map(({ sample }) => sample.median);
      return {
        rows: samples.map(({ who, sample }) => ({
          section: "UDP, two cores, the generator on the same: answers a second",
          who,
          figures: { "answers/s": formatSample(sample, 0) },
        })),
        musts: [
          {
            what: "two workers over one, by dgram",
            figure: (two ?? Number.NaN) / (one ?? Number.NaN),
            wanted: 1.15,
            direction: "at least",
          },
        ],
      };
    });
  } finally {
    generator.stop();
  }
}
