import { describe, expect, test } from "vitest";
import { Inquiry } from "../../src/check/inquiry.ts";
import type { Reply } from "../../src/check/message.ts";
import { testApex } from "../../src/doctor/apex.ts";
import { testApiCaa } from "../../src/doctor/certificate.ts";
import { testDelegation } from "../../src/doctor/delegation.ts";
import type { DelegationRecord } from "../../src/operate/delegation.ts";
import { answersOf, record, scriptedExchange } from "../support/name-space.ts";

const RESOLVER = { address: "192.0.2.1", port: 53 };
const ZONE = "auth.customer.test";
const NS: DelegationRecord = { owner: `${ZONE}.`, type: "NS", data: `ns1.${ZONE}.`, isGlue: false };
const GLUE: DelegationRecord = {
  owner: `ns1.${ZONE}.`,
  type: "A",
  data: "198.51.100.7",
  isGlue: true,
};

/** What the parent says, in its sections. */
interface Referral {
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

const there = [
  ". 60 SOA",
  "test 60 SOA",
  "customer.test 60 SOA",
  "customer.test 60 NS ns.customer.test",
  "ns.customer.test 60 A 8.8.8.8",
];

async function delegation(referral: Referral, own: readonly string[], wanted = [NS, GLUE]) {
  const { exchange } = scriptedExchange((asked): Reply => {
    if (asked.server.address !== "8.8.8.8") return answersOf([...there, ...own])(asked);
    const { authority = [], additional = [] } = referral;
    return {
      rcode: 0,
      isAuthoritative: false,
      isAuthentic: false,
      answer: [],
      authority: authority.map(record),
      additional: additional.map(record),
    };
  });
  const findings = await testDelegation(
    { inquiry: new Inquiry(exchange, () => 0), resolver: RESOLVER, port: 53, allowsPrivate: false },
    {
      zone: ZONE,
      parent: "customer.test",
      layouts: [{ kind: "inside", isConfigured: true, nsname: `ns1.${ZONE}.`, records: wanted }],
    },
  );
  return Object.fromEntries(findings.map((finding) => [finding.id.split(" ")[0], finding]));
}

const right = {
  authority: [`${ZONE} 60 NS ns1.${ZONE}`],
  additional: [`ns1.${ZONE} 60 A 198.51.100.7`],
};
const live = [`${ZONE} 60 SOA`];

describe("delegation", () => {
  test("as it should be", async () => {
    const findings = await delegation(right, live);
    expect(findings["delegation"]).toMatchObject({ status: "PASS" });
    expect(findings["reach"]).toMatchObject({ status: "PASS" });
  });

  test.for([
    { what: "no NS", referral: {}, says: "no NS records" },
    {
      what: "another NS",
      referral: { authority: [`${ZONE} 60 NS ns9.${ZONE}`] },
      says: `the parent has NS ns9.${ZONE}`,
    },
    {
      what: "an NS too many",
      referral: { ...right, authority: [...right.authority, `${ZONE} 60 NS old.example`] },
      says: "old.example",
    },
    { what: "no glue", referral: { authority: right.authority }, says: "no address (glue)" },
    {
      what: "other glue",
      referral: { ...right, additional: [`ns1.${ZONE} 60 A 198.51.100.9`] },
      says: "the parent has 198.51.100.9",
    },
  ])("$what", async ({ referral, says }) => {
    const { delegation: finding } = await delegation(referral, live);
    expect(finding).toMatchObject({ status: "FAIL" });
    expect(finding?.found).toContain(says);
    expect(finding?.fix).toContain(`ns1.${ZONE}. A 198.51.100.7 (glue)`);
  });

  test("glue whose address the configuration does not know is enough", async () => {
    const { data: _, ...rest } = GLUE;
    const unknown = { ...rest, data: undefined };
    expect((await delegation(right, live, [NS, unknown]))["delegation"]).toMatchObject({
      status: "PASS",
    });
  });

  test("what nobody is led to", async () => {
    const { reach } = await delegation(right, []);
    expect(reach).toMatchObject({ status: "FAIL" });
    expect(reach?.fix).toContain("open port 53");
  });

  test("a parent at a private address is not asked", async () => {
    const { exchange, asked } = scriptedExchange((question) =>
      answersOf([...there.map((text) => text.replace("8.8.8.8", "10.0.0.1")), ...live])(question),
    );
    const [finding] = await testDelegation(
      {
        inquiry: new Inquiry(exchange, () => 0),
        resolver: RESOLVER,
        port: 53,
        allowsPrivate: false,
      },
      { zone: ZONE, parent: "customer.test", layouts: [] },
    );
    expect(finding).toMatchObject({ status: "SKIP" });
    expect(asked.every(({ server }) => server.address === RESOLVER.address)).toBe(true);
  });
});

describe("the apex", () => {
  const server = { address: "127.0.0.1", port: 53 };
  const apexOf = async (records: readonly string[]) => {
    const { exchange } = scriptedExchange(answersOf(records));
    const findings = await testApex(new Inquiry(exchange, () => 0), server, ZONE);
    return Object.fromEntries(findings.map((finding) => [finding.id.split(" ")[0], finding]));
  };

  test.for([
    {
      what: "sound",
      records: [`${ZONE} 60 NS ns1.${ZONE}`, `ns1.${ZONE} 60 A 8.8.8.8`],
      status: "PASS",
      says: "no CAA",
    },
    {
      what: "outside",
      records: [`${ZONE} 60 NS ns.example`, `${ZONE} 60 CAA 0 issue ";"`],
      status: "PASS",
      says: "CAA",
    },
    { what: "without NS", records: [`${ZONE} 60 SOA`], status: "FAIL", says: "no NS records" },
    {
      what: "without addresses",
      records: [`${ZONE} 60 NS ns1.${ZONE}`],
      status: "FAIL",
      says: `no address of ns1.${ZONE}`,
    },
    {
      what: "at loopback",
      records: [`${ZONE} 60 NS ns1.${ZONE}`, `ns1.${ZONE} 60 A 127.0.0.1`],
      status: "WARN",
      says: "loopback",
    },
  ])("$what: $status", async ({ records, status, says }) => {
    const { apex } = await apexOf(records);
    expect(apex).toMatchObject({ status });
    expect(apex?.found).toContain(says);
  });

  test("a record where the challenge for the zone itself goes", async () => {
    const { challenge } = await apexOf([
      `${ZONE} 60 NS ns.example`,
      `_acme-challenge.${ZONE} 60 TXT "x"`,
    ]);
    expect(challenge).toMatchObject({ status: "WARN" });
    expect((await apexOf([`${ZONE} 60 NS ns.example`]))["challenge"]).toMatchObject({
      status: "PASS",
    });
  });
});

describe("CAA above the API's name", () => {
  const forbids = [...there, 'customer.test 60 CAA 0 issue "digicert.com"'];
  const caaOf = async (records: readonly string[], issuer?: string) => {
    const { exchange } = scriptedExchange(answersOf(records));
    const certificate =
      issuer === undefined ? undefined : { issuer, notBeforeMs: 0, notAfterMs: 1 };
    return testApiCaa(new Inquiry(exchange, () => 0), RESOLVER, {
      host: ZONE,
      ca: "letsencrypt.org",
      certificate,
    });
  };

  test.for(["192.0.2.1", "::1", "localhost"])(
    "an API at %s has none, and nobody is asked",
    async (host) => {
      const { exchange, asked } = scriptedExchange(answersOf(forbids));
      const request = { host, ca: "letsencrypt.org", certificate: undefined };
      const finding = await testApiCaa(new Inquiry(exchange, () => 0), RESOLVER, request);
      expect(finding).toMatchObject({ id: "api-caa", status: "SKIP" });
      expect(asked).toEqual([]);
    },
  );

  test("none", async () => {
    expect(await caaOf(there)).toMatchObject({ status: "PASS" });
  });

  test("one of the parent that forbids names the record to change", async () => {
    const finding = await caaOf(forbids);
    expect(finding).toMatchObject({ id: "api-caa", status: "FAIL" });
    expect(finding.fix).toContain('customer.test. CAA 0 issue "letsencrypt.org;');
  });

  test("one that forbids an authority that is not used is a warning", async () => {
    expect(await caaOf(forbids, "DigiCert Inc")).toMatchObject({ status: "WARN" });
    expect(await caaOf(forbids, "Let's Encrypt")).toMatchObject({ status: "FAIL" });
  });
});
