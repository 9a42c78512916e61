// `npm run bench`: every figure that this server promises, side by side with others in one run.
// docs/performance.md says how it measures and what the figures mean.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext } from "./context.ts";
import { Generator } from "./load/generator-process.ts";
import type { Others } from "./measure/others.ts";
import { finish, printSection, type SectionResult } from "./report.ts";
import { runAlone } from "./run-alone.ts";
import { apiSection } from "./sections/api.ts";
import { dnsBesideApiSection } from "./sections/dns-beside-api.ts";
import { enduranceSection } from "./sections/endurance.ts";
import { growthSection } from "./sections/growth.ts";
import { heldOpenSection } from "./sections/held-open.ts";
import { latencySection } from "./sections/latency.ts";
import { portalSection } from "./sections/portal.ts";
import { memorySection, startSection } from "./sections/start.ts";
import { tcpSection } from "./sections/tcp.ts";
import { tlsAskSection } from "./sections/tls-ask.ts";
import { udpSection } from "./sections/udp.ts";
import { workersSection } from "./sections/workers.ts";
import { wrongKeysSection } from "./sections/wrong-keys.ts";

const SECTIONS: Readonly<Record<string, (context: BenchContext) => Promise<SectionResult>>> = {
  udp: udpSection,
  latency: latencySection,
  tcp: tcpSection,
  workers: workersSection,
  api: apiSection,
  "dns-beside-api": dnsBesideApiSection,
  "tls-ask": tlsAskSection,
  portal: portalSection,
  memory: memorySection,
  start: startSection,
  growth: growthSection,
  "wrong-keys": wrongKeysSection,
  "held-open": heldOpenSection,
  endurance: enduranceSection,
};

/** Part of all CPUs. */
const DISTURBED = 0.03;

/** Ten minutes of their own: only when asked for. */
const LONG = ["endurance"];

/** A minute's worth, to see what a change has done. */
const QUICK = { sections: "udp,latency,tcp", rounds: "2" };

const USAGE = `npm run bench -- [--quick] [--only SECTION,…] [--rounds N] [--json FILE]
sections: ${Object.keys(SECTIONS).join(", ")}
${LONG.join(", ")}: only with --only
--quick: --only ${QUICK.sections} --rounds ${QUICK.rounds}
`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string", default: "bench/results/last.json" },
    help: { type: "boolean", default: false },
  },
});
const usual = Object.keys(SECTIONS).filter((name) => !LONG.includes(name));
const defaults = values.quick ? QUICK : { sections: usual.join(","), rounds: "5" };
const wanted = (values.only ?? defaults.sections).split(",");
const unknown = wanted.filter((name) => SECTIONS[name] === undefined);
const rounds = Number(values.rounds ?? defaults.rounds);
if (values.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(unknown.length > 0 ? `no such section: ${unknown.join(", ")}\n` : "");
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 3);
}
/** A figure that others have disturbed is no reason to change anything. */
function notesOf(others: readonly Others[], section: string): string[] {
  const most = (values: readonly number[]): number => Math.max(0, ...values);
  const used = most(others.map((each) => each.used));
  const stolen = most(others.map((each) => each.stolen));
  if (used + stolen < DISTURBED) return [];
  const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
  return [
    `${section}: DISTURBED, other processes used ${percent(used)} of the CPUs, other machines ${percent(stolen)}; run it again alone`,
  ];
}

const alone = await runAlone();
const folder = mkdtempSync(join(tmpdir(), "dnsvouch-bench-"));
const generator = new Generator("1");
const results: SectionResult[] = [];
try {
  for (const name of wanted) {
    const section = SECTIONS[name];
    if (section === undefined) continue;
    const others: Others[] = [];
    const measured = await section({ folder, generator, rounds, burstSeconds: 0.7, others });
    const result = { ...measured, notes: [...(measured.notes ?? []), ...notesOf(others, name)] };
    results.push(result);
    printSection(result);
  }
} finally {
  generator.stop();
  alone.close();
  rmSync(folder, { recursive: true });
}
mkdirSync(dirname(values.json), { recursive: true });
process.exitCode = finish(results, values.json) ? 0 : 1;
