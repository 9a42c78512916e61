import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "../../lab/system-path.ts";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";

const DEPLOY = resolve(import.meta.dirname, "../../../deploy");
const RULES = resolve(DEPLOY, "prometheus/dnsvouch.rules.yaml");
const DASHBOARD = resolve(DEPLOY, "grafana/dnsvouch.json");

let server: ServerUnderTest;
let page: string;

function promtool(input: string, ...args: readonly string[]): string {
  const options = { env: childEnvironment("/root"), encoding: "utf8", input } as const;
  return execFileSync("promtool", args, { ...options, cwd: resolve(DEPLOY, "prometheus") });
}

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_METRICS_LISTEN: "127.0.0.1:0" });
  page = await (await fetch(`${server.metricsUrl}/metrics`)).text();
});

afterAll(() => server.remove());

test("promtool finds nothing to say about our metrics", () => {
  // Those that prom-client has of Node are named as it names them.
  const own = page.split("\n").filter((line) => /^(# \w+ )?dnsvouch_/.test(line));
  expect(promtool(`${own.join("\n")}\n`, "check", "metrics")).toBe("");
});

test("the alert rules are valid, and each fires when it should", () => {
  expect(promtool("", "check", "rules", RULES)).toContain("7 rules found");
  expect(promtool("", "test", "rules", "dnsvouch.test.yaml")).toContain("SUCCESS");
});

test.for([{ file: RULES }, { file: DASHBOARD }])(
  "$file asks for metrics that there are",
  ({ file }) => {
    const text = readFileSync(file, "utf8");
    const asked = new Set(text.match(/\b(dnsvouch|process|nodejs)_[a-z0-9_]+\b/g));
    const missing = [...asked].filter((name) => !new RegExp(`^${name}(\\{| )`, "m").test(page));
    expect(asked.size).toBeGreaterThan(4);
    expect(missing).toEqual([]);
  },
);

test("every expression of the dashboard is one that Prometheus takes", () => {
  const { panels } = JSON.parse(readFileSync(DASHBOARD, "utf8")) as {
    panels: { targets?: { expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(20);
  const rules = expressions.map((expr, i) => {
    const plain = expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(job|instance)/g, ".*");
    return `      - { record: "a:${i}", expr: ${JSON.stringify(plain)} }`;
  });
  const text = ["groups:", "  - name: dashboard", "    rules:", ...rules].join("\n");
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-rules-"));
  writeFileSync(join(folder, "rules.yaml"), `${text}\n`);
  expect(promtool("", "check", "rules", join(folder, "rules.yaml"))).toContain("SUCCESS");
  rmSync(folder, { recursive: true });
});
