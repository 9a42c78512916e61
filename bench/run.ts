// `npm run bench`: every figure that this server promises, side by side with others in one run.
// docs/performance.md says how it measures and what the figures mean.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext } from "./context.ts";
import { Generator } from "./load/generator-process.ts";
import { finish, printSection, type SectionResult } from "./report.ts";
import { apiSection } from "./sections/api.ts";
import { dnsBesideApiSection } from "./sections/dns-beside-api.ts";
import { growthSection } from "./sections/growth.ts";
import { latencySection } from "./sections/latency.ts";
import { memorySection, startSection } from "./sections/start.ts";
import { tcpSection } from "./sections/tcp.ts";
import { udpSection } from "./sections/udp.ts";
import { workersSection } from "./sections/workers.ts";

const SECTIONS: Readonly<Record<string, (context: BenchContext) => Promise<SectionResult>>> = {
  udp: udpSection,
  latency: latencySection,
  tcp: tcpSection,
  workers: workersSection,
  api: apiSection,
  "dns-beside-api": dnsBesideApiSection,
  memory: memorySection,
  start: startSection,
  growth: growthSection,
};

const USAGE = `npm run bench -- [--only SECTION,…] [--rounds N] [--json FILE]
sections: ${Object.keys(SECTIONS).join(", ")}
`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(SECTIONS).join(",") },
    rounds: { type: "string", default: "5" },
    json: { type: "string", default: "bench/results/last.json" },
    help: { type: "boolean", default: false },
  },
});
const wanted = values.only.split(",");
const unknown = wanted.filter((name) => SECTIONS[name] === undefined);
const rounds = Number(values.rounds);
if (values.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(unknown.length > 0 ? `no such section: ${unknown.join(", ")}\n` : "");
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 3);
}
const folder = mkdtempSync(join(tmpdir(), "dnsvouch-bench-"));
const generator = new Generator("1");
const results: SectionResult[] = [];
try {
  for (const name of wanted) {
    const section = SECTIONS[name];
    if (section === undefined) continue;
    const result = await section({ folder, generator, rounds, burstSeconds: 0.7 });
    results.push(result);
    printSection(result);
  }
} finally {
  generator.stop();
  rmSync(folder, { recursive: true });
}
mkdirSync(dirname(values.json), { recursive: true });
process.exitCode = finish(results, values.json) ? 0 : 1;
