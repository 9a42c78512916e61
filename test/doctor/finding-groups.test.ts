import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { type Finding, fail, pass, skip, warn } from "../../src/doctor/finding.ts";
import { groupsOf } from "../../src/doctor/finding-groups.ts";

const SRC = resolve(import.meta.dirname, "../../src");
const SOURCES = [
  ...readdirSync(join(SRC, "doctor")).map((file) => join(SRC, "doctor", file)),
  join(SRC, "examine.ts"),
].map((file) => readFileSync(file, "utf8"));

/** What a finding is made with, and what is put aside to make some with. */
const ID = /(?:\b(?:pass|skip|warn|fail)\(|\bid =|\bconst rest = \[)\s*(?:"([^"]+)"|`([^`]+)`)/g;
const LIST = /\bconst rest = \[([^\]]+)\]/g;

/** Each service is an endpoint over TCP, and DNS one over UDP, too. */
function expanded(id: string): string[] {
  if (id.startsWith("port-")) {
    const union = /service: ((?:"\w+"(?: \| )?)+);/.exec(SOURCES.join("\n"))?.[1] ?? "";
    const services = [...union.matchAll(/"(\w+)"/g)].map(([, service = ""]) => service);
    return ["port-dns-udp", ...services.map((each) => `port-${each.toLowerCase()}-tcp`)];
  }
  if (id === `dns-\${transport}`) return ["dns-udp", "dns-tcp"];
  return [id.replace(/ \$\{\w+\}$/, " a.example")];
}

function idsOfSource(): string[] {
  const single = SOURCES.flatMap((text) =>
    [...text.matchAll(ID)].map(([, plain, template]) => plain ?? template ?? ""),
  );
  const listed = SOURCES.flatMap((text) =>
    [...text.matchAll(LIST)].flatMap(([, list = ""]) =>
      [...list.matchAll(/"(\w+)"/g)].map(([, id = ""]) => id),
    ),
  );
  return [...new Set([...single, ...listed].flatMap(expanded))];
}

const titlesOf = (findings: readonly Finding[]) =>
  groupsOf(findings).map((group) => [group.title, group.findings.map(({ title }) => title)]);

test("the ids of the source are found, in all their forms", () => {
  expect(idsOfSource()).toEqual(
    expect.arrayContaining([
      "node",
      "server",
      "port-portal-tcp",
      "dns",
      "dns-udp",
      "case",
      "apex a.example",
      "delegation",
      "delegation a.example",
      "api-caa",
      "file-system",
      "backup",
    ]),
  );
  for (const id of idsOfSource()) expect(id).toMatch(/^[a-z-]+( a\.example)?$/);
});

test("each has a title for people", () => {
  const untitled = groupsOf(idsOfSource().map((id) => pass(id, "")))
    .flatMap(({ findings }) => findings)
    .filter(({ id, title }) => id === title);
  expect(untitled.map(({ id }) => id)).toEqual([]);
});

test("groups have an order, and those without a finding are not there", () => {
  const findings = [pass("node", ""), pass("dns-udp", ""), pass("server", "")];
  expect(titlesOf(findings)).toEqual([
    ["Reachable", ["Server"]],
    ["Answers", ["DNS over UDP"]],
    ["Kept safe", ["Node.js"]],
  ]);
  expect(groupsOf([])).toEqual([]);
});

test("the worst of a group comes first, the rest stays in order", () => {
  const findings = [
    skip("wal", ""),
    pass("node", ""),
    warn("backup", "", ""),
    pass("clock", ""),
    fail("space", "", ""),
  ];
  expect(titlesOf(findings)).toEqual([
    ["Kept safe", ["Free space", "Backup", "Node.js", "Clock", "Write-ahead log"]],
  ]);
});

test("a finding about a zone names it", () => {
  expect(titlesOf([pass("delegation a.example", ""), pass("delegation", "")])).toEqual([
    ["Delegated", ["Delegation of a.example", "Delegation"]],
  ]);
});

test("what nobody knows is not left out", () => {
  expect(titlesOf([pass("news", ""), pass("constructor", ""), pass("node", "")])).toEqual([
    ["Kept safe", ["news", "constructor", "Node.js"]],
  ]);
});
