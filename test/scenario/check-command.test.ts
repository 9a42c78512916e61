import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/check/report.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { authorityOver, serveDns, zonesUnderTest } from "../support/zone-under-test.ts";

const DELEGATE = "d.auth.example.org";

/** A server that has all zones on the way, and so can be asked as a resolver, too. */
const port = await serveDns(
  authorityOver(
    ...zonesUnderTest(
      { apex: "test.", records: [] },
      {
        apex: "customer.test.",
        records: [
          `_acme-challenge.www.customer.test. CNAME ${DELEGATE}.`,
          "www.customer.test. A 192.0.2.80",
          'shop.customer.test. CAA 0 issue "digicert.com"',
          `_acme-challenge.shop.customer.test. CNAME ${DELEGATE}.`,
        ],
      },
      { apex: "auth.example.org.", records: [`${DELEGATE}. TXT x`] },
    ),
  ),
);

let folder: ProcessFolder;
let config: string;

beforeAll(() => {
  folder = new ProcessFolder();
  config = folder.configFile({ log: ["[checks]", "allow_private = true"] });
});
afterAll(() => folder.remove());

const run = (...args: string[]) =>
  folder.run(
    "check",
    ...args,
    "-c",
    config,
    "--resolver",
    `127.0.0.1:${port}`,
    "--auth-port",
    `${port}`,
  );

describe("exit codes", () => {
  test("0 and one object", async () => {
    const { code, out, err } = await run("www.customer.test", "--json");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const report = JSON.parse(out) as Report;
    expect(report).toMatchObject({ domain: "www.customer.test", result: "pass" });
    expect(Object.keys(report)).toEqual(["domain", "result", "steps"]);
    const keys = ["id", "status", "code", "found", "expected", "dig", "fix", "trace"];
    for (const step of report.steps) expect(Object.keys(step)).toEqual(keys);
  });

  test("2 if something fails", async () => {
    const { code, out } = await run("no.customer.test", "--json");
    expect(code).toBe(2);
    expect(out).toContain('"code":"cname-missing"');
  });

  test("2, not 3, for what is no host name, whether or not there is a resolver", async () => {
    const { code, out } = await folder.run("check", "https://a.test/", "--json", "-c", config);
    expect(code).toBe(2);
    expect(out).toContain('"code":"input-invalid"');
  });

  test.for([
    { args: [], says: "no domain to check" },
    { args: ["a.test", "--resolver", "localhst"], says: "--resolver localhst is no address" },
    {
      args: ["a.test", "--resolvr", "192.0.2.1"],
      says: "unknown option '--resolvr' (Did you mean --resolver?)",
    },
    { args: ["a.test", "--auth-port", "0"], says: "It must be a port from 1 to 65535" },
    { args: ["a.test", "--delegate", "https://a.test"], says: "--delegate https://a.test is none" },
    { args: ["a.test", "--ca", "Let's Encrypt"], says: "--ca Let's Encrypt is none" },
    { args: ["a.test", "--method", "dns_01"], says: "--method dns_01 is none" },
    { args: ["a.test", "-c", "none.toml"], says: "none.toml: there is no such file" },
  ])("3 with one line: $says", async ({ args, says }) => {
    const { code, out, err } = await folder.run("check", ...args);
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(err).toContain(says);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  test("4 if no resolver answers", async () => {
    const closed = createSocket("udp4").bind(0, "127.0.0.1");
    await once(closed, "listening");
    const place = `127.0.0.1:${closed.address().port}`;
    closed.close();
    const { code, out, err } = await folder.run(
      "check",
      "a.test",
      "-c",
      config,
      "--resolver",
      place,
    );
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toContain("no resolver answers");
  });
});

test("F31 the apex and www are looked at each by itself", async () => {
  const { code, out } = await run("customer.test,www.customer.test", "--json");
  const reports = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
  expect(code).toBe(2);
  expect(reports.map(({ domain, result }) => ({ domain, result }))).toEqual([
    { domain: "customer.test", result: "fail" },
    { domain: "www.customer.test", result: "pass" },
  ]);
});

test("domains may come after the resolvers, too", async () => {
  const args = ["--auth-port", `${port}`, "--resolver", `127.0.0.1:${port}`, "www.customer.test"];
  const { code } = await folder.run("check", "-c", config, ...args);
  expect(code).toBe(0);
});

const SHOP = `shop.customer.test
 PASS  input         shop.customer.test
                    dig SOA shop.customer.test
 PASS  zone          customer.test, 1 name server at 1 address, UDP and TCP answer
                    ns1.customer.test (127.0.0.1): answers
                    dig @127.0.0.1 -p PORT NS customer.test
 PASS  cname         CNAME d.auth.example.org (1/1 addresses, ttl 3600)
                    127.0.0.1: CNAME d.auth.example.org
                    dig +short CNAME _acme-challenge.shop.customer.test
 PASS  resolvers     1/1 resolvers agree; with one alone little is known of what others see: more can be named in checks.resolvers
                    127.0.0.1 port PORT: CNAME d.auth.example.org (ttl 3600)
                    dig @127.0.0.1 -p PORT +short TXT _acme-challenge.shop.customer.test
 PASS  target        d.auth.example.org answers
                    dig @127.0.0.1 -p PORT +cd TXT d.auth.example.org
 FAIL  caa           blocked: letsencrypt.org may NOT issue (caa-other-ca, at shop.customer.test)
        expected    issue "letsencrypt.org" for https://ca.test/acct/1 by dns-01
                    shop.customer.test: CAA 0 issue "digicert.com" (decides)
                    dig @127.0.0.1 -p PORT +short CAA shop.customer.test
        fix         letsencrypt.org may not issue: it names digicert.com alone; the owner of shop.customer.test publishes at shop.customer.test: shop.customer.test. CAA 0 issue "letsencrypt.org; accounturi=https://ca.test/acct/1; validationmethods=dns-01"
 PASS  dnssec        unsigned, which is allowed
                    dig @127.0.0.1 -p PORT SOA customer.test
 PASS  persist       none
                    dig @127.0.0.1 -p PORT +short TXT _validation-persist.shop.customer.test
 SKIP  traffic       not asked
 SKIP  tls           not asked
exit 2: 1 failed, 0 warnings
`;

test("F28 F32 for people: every step, what is expected and found, the command that shows the same, the fix", async () => {
  const { code, out } = await run(
    "shop.customer.test",
    "--explain",
    "--account-uri",
    "https://ca.test/acct/1",
  );
  expect(code).toBe(2);
  expect(out.replaceAll(`-p ${port}`, "-p PORT").replaceAll(`port ${port}`, "port PORT")).toBe(
    SHOP,
  );
});

test("a watch ends with the last report when its time is over", async () => {
  const { code, out, err } = await run("no.customer.test", "--watch", "--timeout", "1s");
  expect(code).toBe(2);
  expect(err).toBe("no.customer.test: cname cname-missing\n");
  expect(out).toContain("exit 2: 1 failed");
});
