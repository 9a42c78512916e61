import { afterEach, beforeEach, expect, test } from "vitest";
import { ask } from "../support/dns-client.ts";
import { dnsPort } from "../support/look-up.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

interface Logged {
  readonly msg: string;
  readonly client?: string;
  readonly transport?: string;
  readonly qname?: string;
  readonly qtype?: string;
  readonly rcode?: string;
}

/** What a server that is asked these questions, by UDP and by TCP, has logged of them when it stops. */
async function logged(every: number, questions: readonly string[]): Promise<readonly Logged[]> {
  const log = ['loglevel = "info"', 'logformat = "json"', `query_log_every = ${every}`];
  const server = folder.start(["-c", folder.configFile({ log })]);
  await server.ready();
  for (const question of questions) {
    await ask(dnsPort(server), "udp", query(question));
    await ask(dnsPort(server), "tcp", query(question));
  }
  server.child.kill("SIGTERM");
  expect(await server.exit()).toBe(0);
  const lines = server
    .stdout()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Logged).filter(({ msg }) => msg === "query");
}

test("queries are logged with the client, and names cannot forge a line", async () => {
  const found = await logged(1, ["auth.example.org. SOA", 'a\\010b\\"c.auth.example.org. TXT']);
  const about = { client: "127.0.0.1", rcode: "NOERROR", qname: "auth.example.org.", qtype: "SOA" };
  expect(found).toContainEqual(expect.objectContaining({ ...about, transport: "udp" }));
  expect(found).toContainEqual(expect.objectContaining({ ...about, transport: "tcp" }));
  const strange = { qname: 'a\\010b\\"c.auth.example.org.', rcode: "NXDOMAIN", qtype: "TXT" };
  expect(found.filter(({ rcode }) => rcode === "NXDOMAIN")).toEqual([
    expect.objectContaining(strange),
    expect.objectContaining(strange),
  ]);
});

test("one in so many, and none if it is not asked for", async () => {
  const questions = Array.from({ length: 12 }, () => "auth.example.org. SOA");
  const found = await logged(4, questions);
  // Each thread counts for itself, so that some are left over.
  expect(found.length).toBeGreaterThan(2);
  expect(found.length).toBeLessThanOrEqual(6);
  expect(await logged(0, questions)).toEqual([]);
});
