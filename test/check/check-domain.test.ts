import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CheckMeans, type CheckRequest, checkDomain } from "../../src/check/check-domain.ts";
import { MOST_QUERIES } from "../../src/check/inquiry.ts";
import type { AnyRecord, Reply } from "../../src/check/message.ts";
import { type Report, STEP_IDS, type Step } from "../../src/check/report.ts";
import type { TlsProbe } from "../../src/check/tls-step.ts";
import { type Asked, answersOf, scriptedExchange, sound } from "../support/name-space.ts";

const RESOLVER = { address: "192.0.2.1", port: 53 };
const DAY_MS = 86_400_000;

function request(domain: string, more: Partial<CheckRequest> = {}): CheckRequest {
  return {
    domain,
    delegate: undefined,
    isWildcard: false,
    ca: "letsencrypt.org",
    accountUri: undefined,
    method: "dns-01",
    ...more,
  };
}

function means(exchange: CheckMeans["exchange"], more: Partial<CheckMeans> = {}): CheckMeans {
  return {
    exchange,
    resolvers: [RESOLVER],
    rules: { port: 53, allowsPrivate: true, ownAddresses: [] },
    zones: [
      { apex: "auth.example", isInstant: false, hasStatic: (name) => name === "ns.auth.example" },
    ],
    edgeTargets: [],
    tlsProbe: undefined,
    clock: () => 0,
    newLabel: () => "unused",
    ...more,
  };
}

/** A check where these records are all there is. */
async function check(
  domain: string,
  records: readonly string[],
  more: { readonly request?: Partial<CheckRequest>; readonly means?: Partial<CheckMeans> } = {},
) {
  const { exchange, asked } = scriptedExchange(answersOf(records));
  const report = await checkDomain(request(domain, more.request), means(exchange, more.means));
  if (report === undefined) throw new Error("no resolver answered");
  return { report, asked, codes: codesOf(report) };
}

function codesOf({ steps }: Report): Record<string, string> {
  return Object.fromEntries(steps.map(({ id, code }) => [id, code]));
}

/** What belongs to a step of each status. */
function expectComplete({ status, dig, fix }: Step): void {
  if (status === "FAIL" || status === "WARN") expect(fix).toBeTruthy();
  if (status !== "SKIP") expect(dig).toMatch(/^dig /);
}

function stepOf({ steps }: Report, id: string) {
  return steps.find((each) => each.id === id);
}

const ALIAS = "_acme-challenge.customer.test 60 CNAME d.auth.example";
const good = [...sound, ALIAS];

test("a domain with nothing in its way", async () => {
  const { report, codes } = await check("customer.test", good);
  expect(report.result).toBe("pass");
  expect(Object.keys(codes)).toEqual([...STEP_IDS]);
  expect(codes).toMatchObject({ zone: "ok", cname: "ok", resolvers: "ok", target: "ok" });
});

describe("bounds", () => {
  const many = [
    ". 60 SOA",
    "test 60 SOA",
    "customer.test 60 SOA",
    ALIAS,
    ...Array.from({ length: 40 }, (_, i) => `customer.test 60 NS ns${i}.customer.test`),
    ...Array.from({ length: 40 }, (_, i) =>
      [1, 2, 3].map((n) => `ns${i}.customer.test 60 A 192.0.${i}.${n}`),
    ).flat(),
    "auth.example 60 SOA",
    'd.auth.example 60 TXT "x"',
  ];

  test("at most 8 name servers and 16 addresses are asked", async () => {
    const { asked } = await check("customer.test", many);
    const servers = new Set(
      asked.filter((each) => !each.isRecursive).map((each) => each.server.address),
    );
    expect(servers.size).toBe(16);
    const names = new Set(asked.filter(({ qtype }) => qtype === "AAAA").map(({ name }) => name));
    expect(names.size).toBe(8);
    expect(asked.length).toBeLessThanOrEqual(MOST_QUERIES);
  });

  test("a check of so many still reaches its end", async () => {
    const { codes } = await check("customer.test", many);
    expect(codes).toMatchObject({
      zone: "ok",
      cname: "ok",
      resolvers: "ok",
      target: "ok",
      caa: "caa-none",
    });
  });

  test("a name with more labels than questions is told of as such", async () => {
    const { report, asked } = await check(`${"a.".repeat(110)}customer.test`, good);
    expect(asked.length).toBe(MOST_QUERIES);
    expect(stepOf(report, "caa")?.fix).toContain("more labels than one check asks for");
  });

  test("a label in front that makes a name too long asks nothing, and breaks nothing", async () => {
    const domain = `${`${"a".repeat(56)}.`.repeat(3)}${"b".repeat(51)}.customer.test`;
    const { codes, asked } = await check(domain, good);
    expect(domain).toHaveLength(236);
    expect(codes).toMatchObject({ input: "ok", cname: "cname-missing", persist: "persist-none" });
    expect(Math.max(...asked.map(({ name }) => name.length))).toBeLessThanOrEqual(253);
  });

  test("after 20 seconds nothing more is asked", async () => {
    let nowMs = 0;
    const { exchange, asked } = scriptedExchange((question) => {
      nowMs += 3000;
      return answersOf(good)(question);
    });
    await checkDomain(request("customer.test"), means(exchange, { clock: () => nowMs }));
    expect(asked.length).toBeLessThanOrEqual(7);
  });

  test("no alias is followed for ever", async () => {
    const { exchange } = scriptedExchange((asked) => {
      const reply = answersOf(good)(asked);
      const isAlias = asked.qtype === "CNAME" || asked.qtype === "TXT";
      const target = `x.${asked.name}`;
      return isAlias
        ? { ...reply, answer: [{ owner: asked.name, ttl: 1, rrtype: "CNAME", target }] }
        : reply;
    });
    const report = await checkDomain(request("customer.test"), means(exchange));
    expect(report && codesOf(report)["cname"]).toBe("cname-chain-too-long");
  });
});

describe("addresses that nothing is sent to", () => {
  const hidden = [
    ...good,
    "customer.test 60 NS ns2.customer.test",
    "ns2.customer.test 60 A 10.0.0.53",
  ];
  const publicRules = { port: 53, allowsPrivate: false, ownAddresses: ["203.0.113.9"] };

  test("a private one is named, and the others are asked", async () => {
    const records = hidden.map((text) => text.replace("192.0.2.53", "8.8.8.8"));
    const { report, asked, codes } = await check("customer.test", records, {
      means: { rules: publicRules },
    });
    expect(codes).toMatchObject({ zone: "zone-address-private", cname: "ok" });
    expect(stepOf(report, "zone")?.found).toContain("ns2.customer.test (10.0.0.53) (private)");
    expect(stepOf(report, "zone")?.fix).toContain("allow_private");
    expect(asked.some(({ server }) => server.address === "10.0.0.53")).toBe(false);
    expect(asked.some(({ server }) => server.address === "8.8.8.8")).toBe(true);
  });

  test("with none left, a resolver says what is there", async () => {
    const { asked, codes } = await check("customer.test", hidden, {
      means: { rules: publicRules },
    });
    expect(codes).toMatchObject({ zone: "zone-address-private", cname: "ok", target: "ok" });
    expect(asked.every(({ server }) => server.address === RESOLVER.address)).toBe(true);
  });

  test("our own address is one of them", async () => {
    const records = good.map((text) => text.replace("192.0.2.53", "203.0.113.9"));
    const { report } = await check("customer.test", records, { means: { rules: publicRules } });
    expect(stepOf(report, "zone")?.code).toBe("zone-address-private");
  });

  test("checks.allow_private lets them be asked", async () => {
    const { codes, asked } = await check("customer.test", hidden);
    expect(codes["zone"]).toBe("ok");
    expect(asked.some(({ server }) => server.address === "10.0.0.53")).toBe(true);
  });
});

describe("in the way", () => {
  test("a TXT record beside the CNAME, as some providers have it", async () => {
    const records = [...good, '_acme-challenge.customer.test 60 TXT "theirs"'];
    const { report } = await check("customer.test", records);
    expect(stepOf(report, "cname")).toMatchObject({ code: "cname-conflict-txt" });
    expect(stepOf(report, "cname")?.fix).toContain("_acme-challenge.customer.test");
  });

  test("a zone cut on the same server, with or without records", async () => {
    const cut = [...sound, "_acme-challenge.customer.test 60 SOA"];
    const ns = "_acme-challenge.customer.test 60 NS ns1.customer.test";
    const text = '_acme-challenge.customer.test 60 TXT "x"';
    for (const records of [
      [...cut, ns],
      [...cut, ns, text],
      [...sound, ns, text],
    ]) {
      const { codes } = await check("customer.test", records);
      expect(codes).toMatchObject({ cname: "cname-conflict-ns", resolvers: "not-reached" });
    }
  });

  test("a wildcard's TXT is not", async () => {
    const spf = '"v=spf1 -all"';
    const { codes } = await check("customer.test", [
      ...sound,
      `_acme-challenge.customer.test 60 TXT ${spf}`,
      `_unused.customer.test 60 TXT ${spf}`,
    ]);
    expect(codes["cname"]).toBe("cname-missing");
  });

  test("one server with the chain and one with a conflict is a change on its way", async () => {
    const records = [
      ...good,
      "customer.test 60 NS ns2.customer.test",
      "ns2.customer.test 60 A 192.0.2.54",
    ];
    const { exchange } = scriptedExchange((asked) => {
      const isSecond = asked.server.address === "192.0.2.54";
      const others = [...sound, '_acme-challenge.customer.test 60 TXT "theirs"'];
      return answersOf(isSecond ? others : records)(asked);
    });
    const report = await checkDomain(request("customer.test"), means(exchange));
    const cname = report?.steps.find(({ id }) => id === "cname");
    expect(cname).toMatchObject({ code: "propagating" });
    expect(cname?.found).toContain("192.0.2.54");
  });
});

describe("the delegate", () => {
  const at = (target: string) => [...sound, `_acme-challenge.customer.test 60 CNAME ${target}`];

  test("another server's, by --delegate", async () => {
    const records = [
      ...at("x.acme-dns.example"),
      "acme-dns.example 60 SOA",
      'x.acme-dns.example 60 TXT "x"',
    ];
    const { codes } = await check("customer.test", records, {
      request: { delegate: "X.acme-dns.example." },
    });
    expect(codes).toMatchObject({ cname: "ok", target: "ok" });
    expect((await check("customer.test", records)).codes["cname"]).toBe("cname-misdirected");
  });

  test("another server's that it does not know", async () => {
    const records = [
      ...at("y.acme-dns.example"),
      "acme-dns.example 60 SOA",
      'x.acme-dns.example 60 TXT "x"',
    ];
    const { codes } = await check("customer.test", records, {
      request: { delegate: "y.acme-dns.example" },
    });
    expect(codes).toMatchObject({ cname: "ok", target: "target-nxdomain" });
  });

  test("one of ours, but not the one", async () => {
    const { codes } = await check("customer.test", good, {
      request: { delegate: "e.auth.example" },
    });
    expect(codes["cname"]).toBe("cname-misdirected");
  });

  test("that denies itself, as acme-dns does", async () => {
    const { exchange } = scriptedExchange((asked) => {
      const isDenied =
        asked.name === "d.auth.example" && asked.qtype !== "TXT" && asked.qtype !== "CNAME";
      const reply = answersOf(good)(asked);
      return isDenied ? { ...reply, rcode: 3 } : reply;
    });
    const report = await checkDomain(request("customer.test"), means(exchange));
    expect(report && codesOf(report)["target"]).toBe("target-wrong-negatives");
  });

  test("itself is no domain, nor is there a delegate below it", async () => {
    for (const [domain, records] of [
      ["d.auth.example", [...sound, "auth.example 60 NS ns1.customer.test"]],
      ["customer.test", at("_acme-challenge.d.auth.example")],
    ] as const) {
      const { report } = await check(domain, records);
      const target = stepOf(report, "target");
      expect(target).toMatchObject({ code: "target-unknown" });
      expect(target?.fix).toContain("values are at d.auth.example itself");
      expect(target?.fix).not.toContain("restore");
    }
  });

  test("in a zone of ours that nobody delegates to us", async () => {
    const records = good.filter((text) => !text.includes("auth.example ") || text === ALIAS);
    const { report } = await check("customer.test", records);
    expect(stepOf(report, "target")).toMatchObject({ code: "target-unknown" });
    expect(stepOf(report, "target")?.fix).toContain("create the delegation of auth.example");
  });

  test.for([
    { end: "d.auth.example.customer.test", write: "d.auth.example." },
    { end: "d.auth.example.www.customer.test", write: "d.auth.example." },
    { end: "auth.example.customer.test", write: "auth.example." },
  ])("without the trailing dot: $end", async ({ end, write }) => {
    const { report } = await check("customer.test", at(end));
    expect(stepOf(report, "cname")).toMatchObject({ code: "cname-misdirected" });
    expect(stepOf(report, "cname")?.fix).toContain(`lacks the trailing dot`);
    expect(stepOf(report, "cname")?.fix).toContain(`write ${write} with`);
  });

  test.for(["xauth.example.customer.test", "d.auth.example.other.test", "auth.example.net"])(
    "elsewhere, and no dot is lacking: %s",
    async (end) => {
      const { report } = await check("customer.test", at(end));
      expect(stepOf(report, "cname")?.fix).toContain(`it leads to ${end}`);
    },
  );

  test("an instant name needs no CNAME", async () => {
    const records = [
      ...sound,
      "instant.test 60 SOA",
      "instant.test 60 NS ns1.customer.test",
      '_acme-challenge.abc.instant.test 60 TXT "x"',
    ];
    const zones = [{ apex: "instant.test", isInstant: true, hasStatic: () => false }];
    const { codes } = await check("abc.instant.test", records, { means: { zones } });
    expect(codes).toMatchObject({ cname: "ok", resolvers: "not-reached", target: "ok" });
  });
});

describe("resolvers", () => {
  const second = { address: "192.0.2.2", port: 53 };

  /** The second one answers a question of its own way. */
  async function checkWith(differs: (asked: Asked) => Reply | undefined) {
    const { exchange } = scriptedExchange((asked) => {
      const isSecond = asked.server.address === second.address;
      return (isSecond ? differs(asked) : undefined) ?? answersOf(good)(asked);
    });
    const report = await checkDomain(
      request("customer.test"),
      means(exchange, { resolvers: [RESOLVER, second] }),
    );
    const found = report?.steps.find(({ id }) => id === "resolvers");
    return { code: found?.code, text: `${String(found?.found)} ${found?.fix ?? ""}` };
  }
  const reply = (rcode: number, answer: AnyRecord[], authority: AnyRecord[] = []): Reply => {
    return { rcode, isAuthoritative: false, isAuthentic: false, answer, authority };
  };
  const owner = "_acme-challenge.customer.test";
  const negative: AnyRecord = { owner: "customer.test", ttl: 1234, rrtype: "SOA" };
  const older: AnyRecord = { owner, ttl: 777, rrtype: "CNAME", target: "old.auth.example" };

  test("F20 two agree", async () => {
    const { code, text } = await checkWith(() => undefined);
    expect(code).toBe("ok");
    expect(text).toContain("2/2");
  });

  test.for([
    {
      what: "an older target",
      qtypes: ["CNAME", "TXT"],
      answer: reply(0, [older]),
      says: "777 seconds",
    },
    {
      what: "a negative answer to TXT alone",
      qtypes: ["TXT"],
      answer: reply(0, [], [negative]),
      says: "1234 seconds",
    },
    {
      what: "NXDOMAIN",
      qtypes: ["CNAME", "TXT"],
      answer: reply(3, [], [negative]),
      says: "1234 seconds",
    },
    { what: "SERVFAIL", qtypes: ["TXT"], answer: reply(2, []), says: "SERVFAIL" },
  ])("one has $what", async ({ qtypes, answer, says }) => {
    const { code, text } = await checkWith(({ qtype }) =>
      qtypes.includes(qtype) ? answer : undefined,
    );
    expect(code).toBe("resolver-disagrees");
    expect(text).toContain(second.address);
    expect(text).toContain(says);
  });

  test("one is silent", async () => {
    const { code, text } = await checkWith(() => ({ failure: "silent" }));
    expect(code).toBe("resolver-unreachable");
    expect(text).toContain(second.address);
  });

  test("none answers anything", async () => {
    const { exchange } = scriptedExchange(() => ({ failure: "silent" }));
    expect(await checkDomain(request("customer.test"), means(exchange))).toBeUndefined();
  });

  test("the first one that is silent is passed over, in favour of the next", async () => {
    const { exchange } = scriptedExchange((asked) =>
      asked.server.address === RESOLVER.address ? { failure: "refused" } : answersOf(good)(asked),
    );
    const report = await checkDomain(
      request("customer.test"),
      means(exchange, { resolvers: [RESOLVER, second] }),
    );
    expect(report && codesOf(report)).toMatchObject({
      cname: "ok",
      resolvers: "resolver-unreachable",
      target: "ok",
    });
  });
});

test("bogus is the zone of the alias, where that is the one", async () => {
  const records = [
    ...good,
    "www.customer.test 60 CNAME edge.provider.example",
    "provider.example 60 SOA",
    "edge.provider.example 60 A 192.0.2.80",
    "_acme-challenge.www.customer.test 60 CNAME d.auth.example",
  ];
  const { exchange } = scriptedExchange((asked) => {
    const isBogus =
      asked.name === "www.customer.test" && (asked.qtype === "A" || asked.qtype === "CAA");
    return isBogus && asked.isRecursive && !asked.isCheckingDisabled
      ? { rcode: 2, isAuthoritative: false, isAuthentic: false, answer: [], authority: [] }
      : answersOf(records)(asked);
  });
  const report = await checkDomain(request("www.customer.test"), means(exchange));
  const dnssec = report?.steps.find(({ id }) => id === "dnssec");
  expect(dnssec?.code).toBe("dnssec-bogus");
  expect(dnssec?.fix).toContain("provider.example");
  expect(dnssec?.fix).toContain("DS");
});

test.for([
  { what: "nothing above it either", failing: () => true },
  { what: "the top-level domain neither", failing: (name: string) => name !== "" },
  { what: "the zone alone", failing: (name: string) => name.endsWith("dead.test") },
])("a zone that fails, and $what", async ({ failing }) => {
  const { exchange } = scriptedExchange((asked) =>
    failing(asked.name)
      ? { rcode: 2, isAuthoritative: false, isAuthentic: false, answer: [], authority: [] }
      : answersOf(good)(asked),
  );
  const report = await checkDomain(request("www.dead.test"), means(exchange));
  const zone = report?.steps.find(({ id }) => id === "zone");
  expect(zone).toMatchObject({ code: "zone-unreachable", found: "SERVFAIL for dead.test" });
});

test("F12 an alias into a dead zone is no dead zone of its own", async () => {
  const records = [
    ...good,
    "www.customer.test 60 CNAME edge.dead.example",
    "_acme-challenge.www.customer.test 60 CNAME d.auth.example",
  ];
  const { exchange } = scriptedExchange((asked) =>
    asked.name.endsWith("www.customer.test") &&
    !["CNAME", "TXT"].includes(asked.qtype) &&
    !asked.name.startsWith("_")
      ? { rcode: 2, isAuthoritative: false, isAuthentic: false, answer: [], authority: [] }
      : answersOf(records)(asked),
  );
  const report = await checkDomain(request("www.customer.test"), means(exchange));
  expect(report && codesOf(report)).toMatchObject({ zone: "ok", cname: "ok", caa: "caa-servfail" });
});

describe("traffic", () => {
  const records = [
    ...good,
    "customer.test 60 A 192.0.2.80",
    "www.customer.test 60 CNAME edge.provider.example",
    "edge.provider.example 60 A 198.51.100.80",
  ];
  test.for([
    { domain: "customer.test", edgeTargets: ["192.0.2.80"], code: "ok" },
    { domain: "customer.test", edgeTargets: ["192.0.2.0/24"], code: "ok" },
    {
      domain: "customer.test",
      edgeTargets: ["edge.provider.example"],
      code: "traffic-not-switched",
    },
    { domain: "www.customer.test", edgeTargets: ["Edge.Provider.example."], code: "ok" },
    { domain: "www.customer.test", edgeTargets: ["198.51.100.0/25"], code: "ok" },
    { domain: "www.customer.test", edgeTargets: ["192.0.2.80"], code: "traffic-not-switched" },
    { domain: "customer.test", edgeTargets: [], code: "not-asked" },
  ])("$domain against $edgeTargets: $code", async ({ domain, edgeTargets, code }) => {
    const { codes, report } = await check(domain, records, { means: { edgeTargets } });
    expect(codes["traffic"]).toBe(code);
    if (code === "traffic-not-switched")
      expect(stepOf(report, "traffic")?.found).toMatch(/192|198/);
  });
});

describe("F34 the certificate that is served", () => {
  const records = [...good, "customer.test 60 A 192.0.2.80"];
  const served = (daysBefore: number, daysAfter: number): TlsProbe => {
    const certificate = {
      issuer: "An Authority",
      notBeforeMs: -daysBefore * DAY_MS,
      notAfterMs: daysAfter * DAY_MS,
    };
    return (address) => Promise.resolve(address === "192.0.2.80" ? certificate : undefined);
  };
  test.for([
    { what: "early in its life", probe: served(30, 60), code: "ok" },
    { what: "with less than a third left", probe: served(61, 29), code: "tls-expiring" },
    { what: "that is over", probe: served(91, -1), code: "tls-expiring" },
    { what: "none", probe: (() => Promise.resolve(undefined)) as TlsProbe, code: "not-reached" },
    { what: "not asked for", probe: undefined, code: "not-asked" },
  ])("$what: $code", async ({ probe, code }) => {
    const { codes, report } = await check("customer.test", records, { means: { tlsProbe: probe } });
    expect(codes["tls"]).toBe(code);
    if (code === "ok")
      expect(stepOf(report, "tls")?.found).toBe("from An Authority, until 1970-03-02");
  });

  test("a private address is not connected to", async () => {
    const probe: TlsProbe = () => Promise.reject(new Error("connected"));
    const rules = { port: 53, allowsPrivate: false, ownAddresses: [] };
    const { codes } = await check("customer.test", records, { means: { tlsProbe: probe, rules } });
    expect(codes["tls"]).toBe("not-reached");
  });
});

describe("others are not trusted", () => {
  test("what a terminal would act on is not printed as it came", async () => {
    const evil = "\u001b]0;x\u0007\u009b1m";
    const records = [
      ...sound,
      `_acme-challenge.customer.test 60 TXT "${evil}"`,
      `customer.test 60 CAA 0 issue "${evil}"`,
    ];
    const { report } = await check("customer.test", records);
    expect(JSON.stringify(report)).not.toMatch(/\\u00|[^\x20-\x7e]/);
    expect(stepOf(report, "cname")?.found).toContain("\\027]0;x\\007\\1551m");
  });

  const names = fc.constantFrom(
    "customer.test",
    "_acme-challenge.customer.test",
    "d.auth.example",
    "test",
    "",
    "ns1.customer.test",
    "a.b",
  );
  const data = fc.oneof(
    names.map((target) => ({ rrtype: "CNAME" as const, target })),
    names.map((target) => ({ rrtype: "DNAME" as const, target })),
    names.map((target) => ({ rrtype: "NS" as const, target })),
    fc.constant({ rrtype: "SOA" as const }),
    fc.string().map((text) => ({ rrtype: "TXT" as const, text })),
    fc.ipV4().map((address) => ({ rrtype: "A" as const, address })),
    fc.string().map((address) => ({ rrtype: "AAAA" as const, address })),
    fc.record({
      rrtype: fc.constant("CAA" as const),
      flags: fc.nat(255),
      tag: fc.constantFrom("issue", "issuewild", "x"),
      value: fc.string(),
    }),
  );
  const anyRecord = fc
    .tuple(names, fc.nat(100), data)
    .map(([owner, ttl, rest]) => ({ owner, ttl, ...rest }));
  const anyReply: fc.Arbitrary<Reply> = fc.oneof(
    fc.constantFrom<Reply[]>(
      { failure: "silent" },
      { failure: "refused" },
      { failure: "no-route" },
      { failure: "malformed" },
    ),
    fc.record({
      rcode: fc.constantFrom(0, 0, 0, 2, 3, 5, 23),
      isAuthoritative: fc.boolean(),
      isAuthentic: fc.boolean(),
      answer: fc.array(anyRecord, { maxLength: 4 }),
      authority: fc.array(anyRecord, { maxLength: 2 }),
    }),
  );

  test("whatever is answered, there are ten steps, each with what belongs to it, within the bounds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(anyReply), async (replies) => {
        const { exchange, asked } = scriptedExchange(() => replies.next().value);
        const report = await checkDomain(request("customer.test"), means(exchange));
        expect(asked.length).toBeLessThanOrEqual(MOST_QUERIES);
        if (report === undefined) return;
        expect(report.steps.map(({ id }) => id)).toEqual([...STEP_IDS]);
        for (const each of report.steps) expectComplete(each);
        const worst = ["FAIL", "WARN"].find((each) =>
          report.steps.some(({ status }) => status === each),
        );
        expect(report.result).toBe((worst ?? "PASS").toLowerCase());
      }),
      { numRuns: 300 },
    );
  });
});
