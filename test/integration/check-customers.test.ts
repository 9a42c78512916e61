// What is wrong with customers' zones, named as a person would name it: every way to break them, on real servers.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCutShort } from "../../src/check/cut-short.ts";
import type { Report, Step, StepId } from "../../src/check/report.ts";
import { probeByNetwork } from "../../src/check/tls-step.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { address, customerZone, delegateZone, dnsPort } from "../lab/addresses.ts";
import { startBind } from "../lab/bind.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { checkInLab, type LabCheck, stepOf } from "../lab/check.ts";
import { run } from "../lab/command.ts";
import { startCustomers, startLateZone } from "../lab/customers.ts";
import { dig, txtValues } from "../lab/dig.ts";
import { type Delegate, program, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";

const lab = new Lab();
let live: Delegate;
let deleted: Delegate;
let configFile: string;

beforeAll(async () => {
  const folder = lab.newFolder("dnsvouch");
  configFile = join(folder, "dnsvouch.toml");
  await lab.keep(startDnsvouch(folder, { more: ["[checks]", "allow_private = true"] }));
  live = await register();
  const other = await register();
  deleted = await register();
  await startCustomers(lab, { live, other, deleted });
  const args = [program, "delegates", "delete", deleted.fulldomain, "--yes", "-c", configFile];
  await run(process.execPath, args, { folder });
});
afterAll(() => lab.close());

const customer = (label: string): string => `${label}.${customerZone}`;

async function checked(domain: string, id: StepId, more?: LabCheck): Promise<Step> {
  return stepOf(await checkInLab(domain, more), id);
}

/** All that a step says. */
function textOf({ found, expected, fix, trace }: Step): string {
  return JSON.stringify([found, expected, fix, trace]);
}

/** Runs what a step prints. A line without a server is for the resolver of whoever reads. */
function runDig(line: string): Promise<string> {
  const here = line.includes("@")
    ? line
    : line.replace("dig", `dig @${address.unbound} -p ${dnsPort}`);
  return run("sh", ["-c", here], { folder: lab.folder });
}

const withAccount = (accountUri: string): LabCheck => ({ request: { accountUri } });
const ACCOUNT = "https://ca.test/acct/1";

describe("CAA", () => {
  test("F1 an authority needs leave only where there is CAA: none, another one, this one", async () => {
    const outcomes = [];
    for (const label of ["www", "other", "le"]) {
      const args = [
        program,
        "check",
        customer(label),
        "--delegate",
        live.fulldomain,
        "-c",
        configFile,
      ];
      const where = ["--resolver", `${address.unbound}:${dnsPort}`, "--auth-port", `${dnsPort}`];
      const out = await run(
        "sh",
        ["-c", '"$@"; echo "code $?"', "sh", process.execPath, ...args, ...where],
        {
          folder: lab.folder,
        },
      );
      outcomes.push(out);
    }
    const [none = "", another = "", this1 = ""] = outcomes;
    expect(none).toContain("caa           none found: any authority may issue, nothing to do");
    expect(none).toContain("code 0");
    expect(another).toContain(
      "blocked: letsencrypt.org may NOT issue (caa-other-ca, at other.customer.test)",
    );
    expect(another).toContain('other.customer.test. CAA 0 issue "letsencrypt.org; accounturi=');
    expect(another).toContain("code 2");
    expect(this1).toContain("letsencrypt.org may issue (caa-allows, at le.customer.test)");
    expect(this1).toContain("code 0");
  });

  test("F2 a wildcard by issuewild, the host by issue", async () => {
    expect((await checked(customer("hostonly"), "caa")).code).toBe("caa-allows");
    const wild = await checked(`*.${customer("hostonly")}`, "caa");
    expect(wild.code).toBe("caa-issuewild-forbids");
    expect(wild.fix).toContain('hostonly.customer.test. CAA 0 issuewild "letsencrypt.org;');
    expect((await checked(`*.${customer("le")}`, "caa")).code).toBe("caa-allows");
  });

  test("F8 the account that a record names", async () => {
    expect((await checked(customer("bound"), "caa", withAccount(ACCOUNT))).code).toBe("caa-allows");
    const other = await checked(customer("bound"), "caa", withAccount("https://ca.test/acct/2"));
    expect(other.code).toBe("caa-accounturi-mismatch");
    expect(other.fix).toContain("https://ca.test/acct/2");
    expect((await checked(customer("bound"), "caa")).code).toBe("caa-accounturi-unchecked");
    const missing = await checked(customer("le"), "caa", withAccount(ACCOUNT));
    expect(missing.code).toBe("caa-accounturi-missing");
    expect(missing.fix).toContain(`accounturi=${ACCOUNT}`);
    const misspelt = await checked(customer("misspelt"), "caa");
    expect(misspelt.code).toBe("caa-misspelt");
    expect(misspelt.fix).toContain("write accounturi, not accounturl");
  });

  test("F9 the method that a record names", async () => {
    const http = await checked(customer("http"), "caa");
    expect(http.code).toBe("caa-validationmethods-excludes");
    expect(http.fix).toContain("validationmethods=dns-01");
    const byHttp = await checked(customer("http"), "caa", { request: { method: "http-01" } });
    expect(byHttp.code).toBe("caa-allows");
  });

  test("F10 a semicolon forbids every authority", async () => {
    const step = await checked(customer("never"), "caa");
    expect(step.code).toBe("caa-forbidden-by-semicolon");
    expect(step.found).toEqual({
      asked: "never.customer.test",
      owner: "never.customer.test",
      rrset: ['0 issue ";"'],
    });
    expect(step.fix).toContain("never.customer.test");
  });

  test("F11 the climb: the lowest name that has any decides, one line for each", async () => {
    const child = await checked(customer("child.other"), "caa");
    expect(child.code).toBe("caa-allows");
    expect(child.trace).toEqual([
      'child.other.customer.test: CAA 0 issue "letsencrypt.org" (decides)',
    ]);
    const sibling = await checked(customer("a.b.other"), "caa");
    expect(sibling.code).toBe("caa-other-ca");
    expect(sibling.trace).toEqual([
      "a.b.other.customer.test: none",
      "b.other.customer.test: none",
      'other.customer.test: CAA 0 issue "digicert.com" (decides)',
    ]);
    const none = await checked(customer("www"), "caa");
    expect(none.trace).toEqual(["www.customer.test: none", "customer.test: none", "test: none"]);
  });

  test("F12 behind an alias, its target's CAA decides", async () => {
    const step = await checked(customer("edge"), "caa");
    expect(step.code).toBe("caa-other-ca");
    expect(step.found).toEqual({
      asked: "edge.customer.test",
      owner: "edge.provider.test",
      rrset: ['0 issue "digicert.com"'],
    });
    expect(step.trace).toEqual([
      'edge.customer.test: CNAME edge.provider.test, CAA 0 issue "digicert.com" (decides)',
    ]);
  });

  test("F13 and who has to change it", async () => {
    const { fix } = await checked(customer("edge"), "caa");
    expect(fix).toContain("CAA cannot be placed at edge.customer.test: it is a CNAME");
    expect(fix).toContain("whoever runs edge.provider.test");
    expect(fix).toContain('edge.provider.test. CAA 0 issue "letsencrypt.org;');
  });

  test("F15 F47 until there is CAA with an account, the advice is to have one", async () => {
    const none = await checked(customer("www"), "caa");
    expect(none.fix).toContain("any authority may issue to whoever controls the delegate");
    expect(none.fix).toContain("accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/");
    expect((await checked(customer("le"), "caa")).fix).toContain("Recommended");
    expect((await checked(customer("bound"), "caa", withAccount(ACCOUNT))).fix).toBeNull();
  });

  test("F16 validationmethods keeps those out who have the web server alone", async () => {
    for (const label of ["www", "le"]) {
      const { fix } = await checked(customer(label), "caa");
      expect(fix).toMatch(/not over HTTP.*validationmethods=dns-01/);
    }
  });

  test("a property that nobody knows and is critical", async () => {
    const step = await checked(customer("critical"), "caa");
    expect(step).toMatchObject({ code: "caa-critical-unknown" });
    expect(step.fix).toContain("tbs");
  });

  test("a name that cannot be looked up", async () => {
    const step = await checked(customer("broken"), "caa");
    expect(step.code).toBe("caa-servfail");
    expect(textOf(step)).toContain("broken.customer.test");
  });
});

describe("the CNAME", () => {
  test("F20 ready is where all name servers and resolvers agree", async () => {
    const half = await checked("split.test", "cname");
    expect(half.code).toBe("propagating");
    expect(half.found).toContain("propagating (1/2 addresses)");
    expect(textOf(half)).toContain(address.nsd2);
    const whole = await checkInLab(customer("www"));
    expect(stepOf(whole, "cname").found).toContain("(1/1 addresses");
    expect(stepOf(whole, "resolvers").found).toBe("2/2 resolvers agree");
  });

  test("F21 a chain of eight is followed, by the check and for a value", async () => {
    expect((await checkInLab(customer("eight"))).result).toBe("pass");
    const value = challengeValue("eight");
    await update(live, value);
    expect(
      txtValues(await dig(address.unbound, `_acme-challenge.${customer("eight")}`, "TXT")),
    ).toContain(value);
    const nine = await checked(customer("nine"), "cname");
    expect(nine.code).toBe("cname-chain-too-long");
  });

  test("F28 the command of each step shows what the step has seen", async () => {
    const report = await checkInLab(customer("edge"));
    const asked = report.steps.filter(({ status }) => status !== "SKIP");
    expect(asked.map(({ id }) => id)).toEqual([
      "input",
      "zone",
      "cname",
      "caa",
      "dnssec",
      "persist",
    ]);
    const printed = new Map<StepId, string>();
    for (const { id, dig: line } of asked) printed.set(id, await runDig(line ?? ""));
    expect(printed.get("zone")).toContain("ns1.customer.test.");
    expect(printed.get("cname")).toBe("");
    expect(printed.get("caa")).toBe('edge.provider.test.\n0 issue "digicert.com"\n');
    expect(printed.get("dnssec")).toContain("SOA\tns1.customer.test.");
    expect(printed.get("persist")?.trim()).toBe(stepOf(report, "persist").found);
  });

  test("F31 the apex and www have each their own, and a wildcard shares the apex's", async () => {
    expect((await checked(customerZone, "cname")).found).toContain(`CNAME ${live.fulldomain}`);
    expect((await checked(`*.${customerZone}`, "cname")).code).toBe("ok");
    const missing = await checked(customer("nothing"), "cname");
    expect(missing.code).toBe("cname-missing");
    expect(missing.fix).toContain(`_acme-challenge.nothing.${customerZone}. CNAME`);
  });

  test("F32 what is expected beside what is found", async () => {
    const step = await checked(customer("away"), "cname", {
      request: { delegate: live.fulldomain },
    });
    expect(step).toMatchObject({
      code: "cname-misdirected",
      expected: `CNAME ${live.fulldomain}`,
      found: "CNAME validation.provider.test",
    });
    expect(step.fix).toContain(`_acme-challenge.away.customer.test. CNAME ${live.fulldomain}.`);
  });

  test("F30 a name on the way that nobody answers for: it may lead to the delegate, or not", async () => {
    const silent = await checked(customer("silent"), "cname");
    expect(silent.code).toBe("cname-misdirected");
    expect(silent.fix).toContain("x.dead.test, whose name servers did not say where that leads");
    expect(isCutShort(silent)).toBe(true);
    expect(isCutShort(await checked(customer("away"), "cname"))).toBe(false);
  });

  test("a target that looks like the delegate, and has a dot inside a label", async () => {
    const step = await checked(customer("dotted"), "cname");
    expect(step.code).toBe("cname-misdirected");
    expect(step.found).toContain("\\046");
  });

  test("a target with octets that no host name has", async () => {
    const report = await checkInLab(customer("octets"), { request: { delegate: undefined } });
    expect(stepOf(report, "target").code).toBe("target-unknown");
    expect(stepOf(report, "target").found).toContain("\\233\\0929");
  });

  test("F33 a TXT record in the way", async () => {
    const step = await checked(customer("txt"), "cname");
    expect(step.code).toBe("cname-conflict-txt");
    expect(step.found).toContain("left-behind");
    expect(step.fix).toContain("remove the TXT records of _acme-challenge.txt.customer.test");
    expect(step.fix).toContain("Cloudflare");
  });

  test("a zone of its own in the way", async () => {
    const step = await checked(customer("ns"), "cname");
    expect(step.code).toBe("cname-conflict-ns");
    expect(step.fix).toContain("remove the NS records of _acme-challenge.ns.customer.test");
  });

  test.for([
    { label: "loop", name: "loop-a.customer.test" },
    { label: "self", name: "_acme-challenge.self.customer.test" },
  ])("a loop: $label", async ({ label, name }) => {
    const step = await checked(customer(label), "cname");
    expect(step.code).toBe("cname-loop");
    expect(step.fix).toContain(`${name} leads back to itself`);
  });

  test("a DNAME is as good as the CNAME that it makes", async () => {
    expect((await checkInLab(customer("x.moved"))).result).toBe("pass");
  });

  test("a target without its final dot", async () => {
    const step = await checked(customer("dotless"), "cname");
    expect(step.code).toBe("cname-misdirected");
    expect(step.fix).toContain(`lacks the trailing dot`);
    expect(step.fix).toContain(`write ${live.fulldomain}. with the dot`);
  });

  test.for([
    { label: "appended", owner: "_acme-challenge.appended.customer.test.customer.test" },
    { label: "bare", owner: "acme-challenge.bare.customer.test" },
  ])("a name that was mistyped: $owner", async ({ label, owner }) => {
    const step = await checked(customer(label), "cname");
    expect(step.code).toBe("cname-wrong-owner");
    expect(textOf(step)).toContain(owner);
  });

  test("a wildcard is in nobody's way", async () => {
    const step = await checked(customer("wild"), "cname");
    expect(step.code).toBe("cname-missing");
  });

  test("F38 a wildcard and its domain lead to one delegate, which holds a value for each", async () => {
    const both = [await checkInLab(customer("www")), await checkInLab(`*.${customer("www")}`)];
    expect(both.map(({ result }) => result)).toEqual(["pass", "pass"]);
    const values = [challengeValue("f38 host"), challengeValue("f38 wildcard")].sort();
    for (const value of values) await update(live, value);
    expect(
      txtValues(await dig(address.unbound, `_acme-challenge.${customer("www")}`, "TXT")),
    ).toEqual(values);
  });
});

describe("what others see, and the delegate", () => {
  test("a resolver that cannot resolve the zone", async () => {
    const { steps } = await checkInLab("bogus.test", {
      resolvers: [address.unbound2, address.unbound],
    });
    const step = steps.find(({ id }) => id === "resolvers");
    expect(step?.code).toBe("resolver-disagrees");
    expect(step?.found).toContain(`${address.unbound} port ${dnsPort}: SERVFAIL`);
  });

  test("a resolver where nobody is", async () => {
    const step = await checked(customer("www"), "resolvers", {
      resolvers: [address.unbound, address.nobody],
    });
    expect(step.code).toBe("resolver-unreachable");
    expect(textOf(step)).toContain(address.nobody);
  });

  test.for(["unknown", "deleted", "below", "apex", "static"])("no delegate: %s", async (label) => {
    const report = await checkInLab(customer(label));
    expect(stepOf(report, "cname").code).toBe("ok");
    expect(stepOf(report, "target").code).toBe("target-unknown");
    const end = String(stepOf(report, "cname").found).split(" ")[1] ?? "";
    expect(end).toContain(delegateZone);
    expect(stepOf(report, "target").fix).toContain(end);
  });

  test("a delegate of another server that does not answer", async () => {
    const delegate = "validation.dead.test";
    const step = await checked(customer("away"), "cname", { request: { delegate } });
    expect(step.code).toBe("cname-misdirected");
  });
});

describe("a CNAME that comes after somebody has asked for it", () => {
  beforeAll(async () => {
    const before = await startLateZone(lab, "before", []);
    await lab.keep(startBind(lab.newFolder("bind")));
    const early = await dig(address.bind, "_acme-challenge.late.test", "TXT");
    expect(early).toMatchObject({ status: "NXDOMAIN" });
    await before.stop();
    await startLateZone(lab, "after", [`_acme-challenge CNAME ${live.fulldomain}.`]);
  });

  test("F20 F44 BIND still has that there is none, and for how long", async () => {
    const report = await checkInLab("late.test", { resolvers: [address.unbound, address.bind] });
    expect(stepOf(report, "cname").code).toBe("ok");
    const step = stepOf(report, "resolvers");
    expect(step.code).toBe("resolver-disagrees");
    expect(step.found).toMatch(
      new RegExp(
        `^${address.bind} port ${dnsPort}: NXDOMAIN for CNAME from its cache, [1-9][0-9]? seconds left$`,
      ),
    );
    expect(stepOf(report, "target").code).toBe("ok");
  });

  test("F44 the delegate itself is found at once, whatever was asked before", async () => {
    for (const type of ["SOA", "A", "CNAME"]) await dig(address.bind, live.fulldomain, type);
    const value = challengeValue("f44");
    await update(live, value);
    expect(txtValues(await dig(address.bind, live.fulldomain, "TXT"))).toContain(value);
  });
});

describe("zones", () => {
  test("one that nobody has registered", async () => {
    const { steps, result } = await checkInLab("www.unregistered.test");
    expect(result).toBe("fail");
    expect(steps[1]).toMatchObject({ code: "zone-not-found" });
    expect(steps[1]?.fix).toContain("unregistered.test");
  });

  test("one whose name servers do not have it", async () => {
    const report = await checkInLab("www.dead.test");
    expect(stepOf(report, "zone")).toMatchObject({ code: "zone-unreachable" });
    expect(stepOf(report, "zone").fix).toContain("the name servers of dead.test");
    expect(report.steps.slice(2, 5).map(({ code }) => code)).toEqual(Array(3).fill("not-reached"));
  });

  test("one with a lame name server", async () => {
    const report = await checkInLab("lame.test");
    expect(stepOf(report, "zone")).toMatchObject({ status: "WARN", code: "zone-lame" });
    expect(stepOf(report, "zone").found).toBe(
      `ns2.lame.test (${address.lame}): it answers REFUSED`,
    );
    expect(report.result).toBe("warn");
  });

  test("one with a name server without TCP", async () => {
    const step = await checked("udponly.test", "zone");
    expect(step).toMatchObject({ status: "WARN", code: "zone-tcp-refused" });
    expect(step.fix).toContain(`open port 53 for TCP at ns2.udponly.test (${address.udpOnly})`);
  });

  test("name servers at private addresses", async () => {
    const rules = { port: dnsPort, allowsPrivate: false, ownAddresses: [] };
    const report = await checkInLab(customer("www"), { means: { rules } });
    expect(stepOf(report, "zone").code).toBe("zone-address-private");
    expect(stepOf(report, "cname").code).toBe("ok");
  });

  test("signed, unsigned and bogus", async () => {
    const codes = [];
    for (const domain of ["signed.test", customer("www"), "bogus.test"]) {
      codes.push((await checked(domain, "dnssec")).code);
    }
    expect(codes).toEqual(["dnssec-valid", "dnssec-unsigned", "dnssec-bogus"]);
  });

  test("bogus still gets a report of the rest, and the fix", async () => {
    const report = await checkInLab("bogus.test");
    expect(stepOf(report, "cname").code).toBe("ok");
    expect(stepOf(report, "target").code).toBe("ok");
    expect(stepOf(report, "caa").code).toBe("caa-servfail");
    expect(stepOf(report, "dnssec").fix).toContain("replace the DS record of bogus.test");
  });
});

describe("doctor", () => {
  async function findings(
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Map<string, Finding>> {
    const where = ["--resolver", `${address.unbound}:${dnsPort}`, "--auth-port", `${dnsPort}`];
    const args = [program, "doctor", "--json", "-c", configFile, ...where];
    const out = await run("sh", ["-c", '"$@" || [ $? = 2 ]', "sh", process.execPath, ...args], {
      folder: lab.folder,
      environment,
    });
    const parsed = JSON.parse(out) as { findings: Finding[] };
    return new Map(parsed.findings.map((finding) => [finding.id, finding]));
  }

  test("a server that is delegated as its configuration says", async () => {
    const found = await findings();
    for (const id of ["server", "dns-udp", "dns-tcp", "edns", "negatives", "case", "api-caa"]) {
      expect(found.get(id), id).toMatchObject({ status: "PASS" });
    }
    expect(found.get(`delegation ${delegateZone}`)).toMatchObject({ status: "PASS" });
    expect(found.get(`reach ${delegateZone}`)).toMatchObject({ status: "PASS" });
  });

  test("a zone that nobody delegates, and CAA above the API's name", async () => {
    const found = await findings({
      DNSVOUCH_DOMAIN: "lost.test",
      DNSVOUCH_GENERAL_NSNAME: "ns1.lost.test",
      DNSVOUCH_GENERAL_RECORDS: "",
      DNSVOUCH_URL: `https://api.${customer("other")}`,
    });
    const delegation = found.get("delegation lost.test");
    expect(delegation).toMatchObject({
      status: "FAIL",
      found: "the parent has no NS records for it",
    });
    expect(delegation?.fix).toContain("lost.test. NS ns1.lost.test.");
    expect(found.get("reach lost.test")).toMatchObject({ status: "FAIL" });
    expect(found.get("api-caa")).toMatchObject({ status: "FAIL" });
    expect(found.get("api-caa")?.fix).toContain(
      'other.customer.test. CAA 0 issue "letsencrypt.org;',
    );
    expect(found.get("certificate")).toMatchObject({ status: "WARN" });
  });
});

test("an account that needs no challenge", async () => {
  const present = await checked(customer("edge"), "persist");
  expect(present).toMatchObject({ code: "persist-present" });
  expect(present.found).toContain("accounturi=https://ca.test/acct/1");
  expect((await checked(customer("a.wild"), "persist")).code).toBe("persist-none");
});

describe("where traffic goes", () => {
  let server: Server;

  beforeAll(async () => {
    const [key, cert] = [join(lab.folder, "tls.key"), join(lab.folder, "tls.crt")];
    const subject = ["-subj", "/O=Lab Authority/CN=tls.customer.test"];
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    await run("openssl", [...args, "-days", "90", ...subject, "-keyout", key, "-out", cert], {
      folder: lab.folder,
    });
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    server.listen(443, address.tls);
    await once(server, "listening");
  });
  afterAll(() => void server.close());

  test("F34 whether it has come over, and which certificate is there", async () => {
    const means = { edgeTargets: [address.tls], tlsProbe: probeByNetwork };
    const report: Report = await checkInLab(customer("tls"), { means });
    expect(stepOf(report, "traffic")).toMatchObject({ code: "ok", found: address.tls });
    expect(stepOf(report, "tls").code).toBe("ok");
    expect(stepOf(report, "tls").found).toMatch(/^from Lab Authority, until 20/);
    const later = Date.now() + 70 * 86_400_000;
    const late = await checkInLab(customer("tls"), { means: { ...means, clock: () => later } });
    expect(stepOf(late, "tls")).toMatchObject({ status: "WARN", code: "tls-expiring" });
    const elsewhere = await checkInLab(customer("eight"), { means });
    expect(stepOf(elsewhere, "traffic")).toMatchObject({
      status: "WARN",
      code: "traffic-not-switched",
    });
    expect(stepOf(elsewhere, "tls").code).toBe("not-reached");
  });
});
