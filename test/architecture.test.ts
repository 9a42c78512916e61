import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/**
 * Who may import what (docs/adr/0001). Folders not listed here, and the files right in src that
 * are not listed, may not exist: a new one needs its row first.
 */
const RULES: Record<
  string,
  { readonly src: readonly string[]; readonly outside: readonly string[] }
> = {
  dns: { src: [], outside: [] },
  zone: { src: ["dns"], outside: [] },
  limit: { src: [], outside: [] },
  metrics: { src: [], outside: ["node:crypto", "node:http", "prom-client"] },
  audit: { src: ["limit"], outside: ["node:crypto"] },
  server: {
    src: ["dns", "limit", "zone"],
    outside: [
      "node:dgram",
      "node:fs",
      "node:module",
      "node:net",
      "node:os",
      "node:util",
      "node:worker_threads",
      "koffi",
    ],
  },
  delegate: {
    src: ["dns"],
    outside: ["node:crypto", "node:fs", "node:os", "bcrypt", "ipaddr.js"],
  },
  snippet: { src: [], outside: [] },
  hostname: {
    src: [
      "check/cut-short.ts",
      "check/report.ts",
      "check/wait-until-ready.ts",
      "delegate/labels.ts",
    ],
    outside: [],
  },
  store: {
    src: ["audit", "check/report.ts", "delegate", "hostname"],
    outside: [
      "node:assert/strict",
      "node:fs",
      "node:path",
      "node:timers/promises",
      "node:worker_threads",
      "node:zlib",
      "better-sqlite3",
      "pg",
      "pg-cursor",
    ],
  },
  check: {
    src: ["delegate/network.ts", "edit-distance.ts"],
    outside: [
      "node:dgram",
      "node:dns",
      "node:net",
      "node:tls",
      "node:url",
      "dns2",
      "ipaddr.js",
      "tldts",
    ],
  },
  doctor: {
    src: [
      "check",
      "delegate/network.ts",
      "operate/backup-files.ts",
      "operate/delegation.ts",
      "operate/readable-files.ts",
      "server/requestor.ts",
    ],
    outside: ["node:fs", "node:net", "node:os", "node:path"],
  },
  http: {
    src: [
      "audit",
      "check",
      "delegate",
      "hostname",
      "limit",
      "load-once.ts",
      "metrics/api-counters.ts",
      "operate",
      "snippet",
      "store/administration.ts",
      "store/client-storage.ts",
      "store/hostnames.ts",
      "store/lists.ts",
      "store/store.ts",
      "store/tokens.ts",
      "zone",
    ],
    outside: [
      "node:crypto",
      "node:http",
      "node:net",
      "node:stream",
      "node:timers/promises",
      "express",
      "helmet",
      "zod",
    ],
  },
  portal: {
    src: [
      "audit",
      "check",
      "delegate",
      "doctor/finding.ts",
      "doctor/finding-groups.ts",
      "doctor/support-report.ts",
      "doctor/verdict.ts",
      "hostname",
      "http",
      "limit",
      "load-once.ts",
      "operate",
      "snippet",
      "store/activity.ts",
      "store/administration.ts",
      "store/audit-trail.ts",
      "store/customer-links.ts",
      "store/hostnames.ts",
      "store/lists.ts",
      "store/store.ts",
      "store/tokens.ts",
      "store/users.ts",
    ],
    outside: [
      "node:crypto",
      "node:fs",
      "node:http",
      "node:path",
      "node:timers/promises",
      "node:util",
      "node:zlib",
      "express",
      "helmet",
      "zod",
    ],
  },
  config: {
    src: ["dns", "delegate", "edit-distance.ts"],
    outside: ["node:fs", "node:path", "smol-toml"],
  },
  operate: {
    src: [
      "audit",
      "check/input.ts",
      "check/report.ts",
      "config",
      "delegate",
      "dns",
      "hostname",
      "limit",
      "store/acme-dns-import.ts",
      "store/activity.ts",
      "store/administration.ts",
      "store/hostnames.ts",
      "store/tokens.ts",
      "store/users.ts",
      "store/store.ts",
      "zone",
    ],
    outside: ["node:dgram", "node:fs", "node:net", "node:path", "node:timers/promises"],
  },
  control: {
    src: ["delegate", "operate", "store/administration.ts", "store/store.ts", "store/users.ts"],
    outside: ["node:fs", "node:net", "node:path"],
  },
  "log.ts": { src: ["config"], outside: ["pino"] },
  "configured-check.ts": { src: ["check", "config", "dns", "zones.ts"], outside: [] },
  "configured-delegations.ts": {
    src: ["config", "operate/delegation.ts", "zones.ts"],
    outside: [],
  },
  "examine.ts": { src: ["*"], outside: ["*"] },
  "examine-data.ts": { src: ["*"], outside: ["*"] },
  "zones.ts": { src: ["config", "dns", "zone"], outside: [] },
  "surroundings.ts": { src: ["check/message.ts", "log.ts"], outside: [] },
  "serve.ts": { src: ["*"], outside: ["*"] },
  "edit-distance.ts": { src: [], outside: [] },
  "load-once.ts": { src: [], outside: [] },
  "version.ts": { src: [], outside: ["node:fs"] },
  "serve-metrics.ts": { src: ["*"], outside: ["*"] },
  "serve-renew.ts": { src: ["*"], outside: ["*"] },
  "serve-v1.ts": { src: ["*"], outside: ["*"] },
  "serve-activity.ts": { src: ["*"], outside: ["*"] },
  "serve-portal.ts": { src: ["*"], outside: ["*"] },
  "serve-hostnames.ts": { src: ["*"], outside: ["*"] },
  "serve-api.ts": { src: ["*"], outside: ["*"] },
  "serve-dns.ts": { src: ["*"], outside: ["*"] },
  "serve-storage.ts": { src: ["*"], outside: ["*"] },
  "dns-worker.ts": { src: ["*"], outside: ["*"] },
  "main.ts": { src: ["cli"], outside: ["node:v8"] },
  cli: { src: ["*"], outside: ["*"] },
};

/** Packages with machine code, each behind one door: whatever uses it does not know what is behind. */
const ONLY_IN: Record<string, string> = {
  "better-sqlite3": "store/sqlite/",
  bcrypt: "delegate/bcrypt-queue.ts",
  dns2: "check/dns2-codec.ts",
  pg: "store/postgres/",
  "pg-cursor": "store/postgres/",
  koffi: "server/batch/libc.ts",
};

const SRC = resolve(import.meta.dirname, "../src");

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
}

/** Static and dynamic imports and re-exports; paths inside src relative to it. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const specifiers = text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*"([^"\s,{]+)"/g);
  return [...specifiers].map(([, specifier = ""]) => ({
    from: file,
    to: specifier.startsWith(".")
      ? relative(SRC, resolve(SRC, dirname(file), specifier))
      : specifier,
  }));
}

/** The row of the table that a path of src belongs to. */
function rowOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function isAllowed({ from, to }: Import): boolean {
  const rule = RULES[rowOf(from)];
  if (rule === undefined) return false;
  const isInside = to.endsWith(".ts");
  if (isInside && rowOf(from) === rowOf(to)) return true;
  const allowed = isInside ? rule.src : rule.outside;
  return allowed.includes("*") || allowed.includes(to) || (isInside && allowed.includes(rowOf(to)));
}

const imports = sourceFiles().flatMap(importsOf);

test("every folder and top-level file of src has a row in the import table", () => {
  const rows = new Set(sourceFiles().map(rowOf));
  expect([...rows].filter((row) => RULES[row] === undefined)).toEqual([]);
});

test("every import is allowed by the import table", () => {
  const refused = imports.filter((each) => !isAllowed(each));
  expect(refused.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("the check sees imports of every kind", () => {
  expect(imports).toContainEqual({ from: "main.ts", to: "cli/run.ts" });
  expect(imports).toContainEqual({ from: "server/udp.ts", to: "node:dgram" });
  expect(isAllowed({ from: "dns/name.ts", to: "zone/zone.ts" })).toBe(false);
  expect(isAllowed({ from: "zone/zone.ts", to: "node:fs" })).toBe(false);
});

test("what runs machine code is imported by one file or folder alone", () => {
  const strays = imports.filter(({ from, to }) => {
    const home = ONLY_IN[to];
    return home !== undefined && !from.startsWith(home);
  });
  expect(strays).toEqual([]);
});

test("only main.ts ends the process, only the composition roots read clock and randomness", () => {
  const exits = sourceFiles().filter((file) => /process\.exit\(/.test(read(file)));
  expect(exits).toEqual(["main.ts"]);
  const unpredictable = /Date\.now|new Date\(\)|Math\.random|randomBytes|randomUUID|uuidv4/;
  const readers = sourceFiles().filter((file) => unpredictable.test(read(file)));
  expect(readers.sort()).toEqual([
    "cli/act-command.ts",
    "cli/run.ts",
    "cli/serve-command.ts",
    "dns-worker.ts",
  ]);
});

test("names of node's own modules carry the node: prefix", () => {
  const bare = imports.filter(({ to }) => isBuiltin(to) && !to.startsWith("node:"));
  expect(bare).toEqual([]);
});

function read(file: string): string {
  return readFileSync(join(SRC, file), "utf8");
}
