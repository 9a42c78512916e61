// What DNS has of a customer's name at a moment, and what our own check makes of it.
import assert from "node:assert/strict";
import { checkDomain } from "../../src/check/check-domain.ts";
import type { Reply } from "../../src/check/message.ts";
import { challengeName } from "../../src/check/name-text.ts";
import { registrableName } from "../../src/check/public-suffix.ts";
import type { Report } from "../../src/check/report.ts";
import { challengeDomain } from "../../src/hostname/hostname.ts";
import { type Asked, answersOf, scriptedExchange } from "./name-space.ts";

/** What a customer has done. */
export type DemoScene =
  | "missing"
  | "right"
  /** One of two name servers has it. */
  | "partly"
  | "text-in-the-way"
  /** The dot at the end was left out. */
  | "zone-appended"
  /** The name is an alias of a CDN's, which has CAA of its own. */
  | "cdn-caa"
  | "bogus"
  | "silent"
  /** The CNAME is right, and traffic goes elsewhere. */
  | "moved"
  /** The CNAME is right, and its delegate is not there any more. */
  | "deleted";

/** Where traffic comes in, as checks.edge_targets has it. */
export const DEMO_EDGE = "203.0.113.10";
const ELSEWHERE = "198.51.100.80";
const CDN = "203.0.113.177";
const NAME_SERVERS = { "ns1.dns.example": "192.0.2.53", "ns2.dns.example": "198.51.100.53" };
const SLOW = NAME_SERVERS["ns2.dns.example"];
const RESOLVERS = ["192.0.2.1", "192.0.2.2"].map((address) => ({ address, port: 53 }));
/** Those who sign their zones, and those who have said who may issue. */
const SIGNED = new Set(["museum.example", "clinic.example", "clinic-lab.example"]);
const WITH_CAA = new Set(["clinic.example", "example.org", "school.example"]);
const SERVFAIL = 2;
const NXDOMAIN = 3;

export interface DemoLook {
  /** With `*.` in front for a wildcard. */
  readonly name: string;
  readonly zone: string;
  /** Of its delegate. */
  readonly fulldomain: string;
  readonly scene: DemoScene;
  readonly nowMs: number;
}

/** The report of a check at that moment. */
export async function demoReport(look: DemoLook): Promise<Report> {
  const { name, zone, fulldomain, nowMs } = look;
  const { exchange } = scriptedExchange(answerOf(look));
  const report = await checkDomain(
    {
      domain: challengeDomain(name),
      delegate: fulldomain,
      isWildcard: name.startsWith("*."),
      ca: "letsencrypt.org",
      accountUri: undefined,
      method: "dns-01",
    },
    {
      exchange,
      resolvers: RESOLVERS,
      // Addresses for documentation are no public ones.
      rules: { port: 53, allowsPrivate: true, ownAddresses: [] },
      zones: [{ apex: zone, isInstant: false, hasStatic: (each) => each === `ns1.${zone}` }],
      edgeTargets: [DEMO_EDGE],
      tlsProbe: undefined,
      clock: () => nowMs,
      newLabel: () => "unused",
    },
  );
  assert(report !== undefined);
  return report;
}

function answerOf(look: DemoLook): (asked: Asked) => Reply {
  const { scene } = look;
  const domain = challengeDomain(look.name);
  const apex = registrableName(domain);
  const answer = answersOf(recordsOf(look, domain, apex));
  const isIn = (name: string): boolean => name === apex || name.endsWith(`.${apex}`);
  return (asked) => {
    const { name, qtype, isRecursive, isCheckingDisabled, server } = asked;
    if (scene === "silent" && isIn(name)) {
      return isRecursive ? failed(SERVFAIL) : { failure: "silent" };
    }
    if (scene === "bogus" && isIn(name) && isRecursive && !isCheckingDisabled) {
      return failed(SERVFAIL);
    }
    const reply = answer(asked);
    if (scene === "partly" && server.address === SLOW && name === challengeName(domain)) {
      return { ...reply, rcode: NXDOMAIN, answer: [] };
    }
    const isAuthentic = isRecursive && qtype === "SOA" && SIGNED.has(name);
    return "rcode" in reply ? { ...reply, isAuthentic } : reply;
  };
}

function failed(rcode: number): Reply {
  return { rcode, isAuthoritative: false, isAuthentic: false, answer: [], authority: [] };
}

function recordsOf({ fulldomain, zone, scene }: DemoLook, domain: string, apex: string): string[] {
  return [
    ". 60 SOA",
    `${apex.slice(apex.indexOf(".") + 1)} 60 SOA`,
    `${apex} 3600 SOA`,
    ...Object.entries(NAME_SERVERS).flatMap(([name, address]) => [
      `${apex} 3600 NS ${name}`,
      `${name} 3600 A ${address}`,
    ]),
    `${zone} 3600 SOA`,
    ...(scene === "deleted" ? [] : [`${fulldomain} 1 TXT "value"`]),
    ...(WITH_CAA.has(apex) ? [`${apex} 3600 CAA 0 issue "letsencrypt.org"`] : []),
    ...challengeRecords(scene, challengeName(domain), fulldomain, apex),
    ...trafficRecords(scene, domain),
  ];
}

function challengeRecords(
  scene: DemoScene,
  name: string,
  fulldomain: string,
  apex: string,
): string[] {
  switch (scene) {
    case "missing":
      return [];
    case "text-in-the-way":
      return [`${name} 300 TXT "gfj9Xq_Rg7R2VC6Lw5pQnOa1TzKm3YsUd8EhBi4NcWo"`];
    case "zone-appended":
      return [`${name} 300 CNAME ${fulldomain}.${apex}`];
    default:
      return [`${name} 300 CNAME ${fulldomain}`];
  }
}

function trafficRecords(scene: DemoScene, domain: string): string[] {
  if (scene === "cdn-caa") {
    return [
      `${domain} 300 CNAME edge.cdn.example`,
      `edge.cdn.example 300 A ${CDN}`,
      'edge.cdn.example 3600 CAA 0 issue "digicert.com"',
    ];
  }
  const isHere = !["missing", "partly", "moved", "deleted"].includes(scene);
  return [`${domain} 300 A ${isHere ? DEMO_EDGE : ELSEWHERE}`];
}
