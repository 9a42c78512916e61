/** Zones of tests from presentation format, and servers for them on free ports of 127.0.0.1. */
import assert from "node:assert/strict";
import { afterAll } from "vitest";
import { ROOT } from "../../src/dns/name.ts";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import { listenDns, type TcpLimits } from "../../src/server/listen.ts";
import type { Requestor, Transport } from "../../src/server/requestor.ts";
import { type Authority, respond, type ServedZone } from "../../src/server/respond.ts";
import { ChallengeIndex } from "../../src/zone/challenge-index.ts";
import { buildStaticZones } from "../../src/zone/static-records.ts";
import { Zone } from "../../src/zone/zone.ts";
import { type Respond, responderOf } from "./responder-of.ts";

export interface ZoneText {
  readonly apex: string;
  readonly records: readonly string[];
  /** What each delegate publishes, by its label. */
  readonly delegates?: Readonly<Record<string, readonly string[]>>;
  readonly serial?: number;
}

export const SERIAL = 2026010100;
export const TXT_TTL = 1;
export const NEGATIVE_TTL = 5;

/** The time, for what depends on it: milliseconds since 1970. */
export const NOW_MS: number = Date.UTC(2026, 0, 1);

/** Somebody who asks. */
export function requestorBy(transport: Transport): Requestor {
  return { transport, address: Uint8Array.of(192, 0, 2, 1) };
}

/** As many connections as a test likes. */
const TCP_LIMITS: TcpLimits = {
  firstMessageSeconds: 10,
  idleSeconds: 10,
  connections: 0,
  connectionsPerSource: 0,
  coversLoopback: true,
};

/** MNAME is ns1 of the zone, RNAME hostmaster; the nameserver is at 127.0.0.1 unless the records say more. */
export function zoneUnderTest(text: ZoneText): ServedZone {
  const [served] = zonesUnderTest(text);
  assert(served);
  return served;
}

/** The zones of one server: one that is inside another is delegated there. */
export function zonesUnderTest(...texts: readonly ZoneText[]): ServedZone[] {
  const apexes = texts.map((text) => {
    const mname = parseName(`ns1.${text.apex}`);
    const rname = parseName(`hostmaster.${text.apex}`);
    return {
      ...text,
      apex: parseName(text.apex),
      soa: { mname, rname, negativeTtl: NEGATIVE_TTL },
    };
  });
  const { zones } = buildStaticZones(apexes, {
    texts: texts.flatMap(({ records }) => records),
    origin: apexes[0]?.apex ?? ROOT,
    nsAddresses: ["127.0.0.1"],
  });
  return zones.map(({ apex, soa, nodes, delegates = {}, serial = SERIAL }) => {
    const zone = new Zone(apex, soa, nodes);
    const challenges = new ChallengeIndex(zone, TXT_TTL, serial);
    for (const [subdomain, digests] of Object.entries(delegates)) {
      challenges.publish({ subdomain, digests, sequence: digests.length });
    }
    return { zone, challenges };
  });
}

export function authorityOver(...served: readonly ServedZone[]): Authority {
  const zones = new Map(served.map((each) => [each.zone.apex.key, each]));
  return {
    zones,
    udpPayloadSize: 1232,
    nsid: new Uint8Array(0),
    cookieSecrets: [],
    tcpIdleSeconds: TCP_LIMITS.idleSeconds,
    rateLimit: undefined,
  };
}

/** Serves until the tests of the calling file are done. Gives the port, the same for UDP and TCP. */
export async function serveDns(
  authority: Authority,
  tcpLimits: Partial<TcpLimits> = {},
): Promise<number> {
  const respondNow: Respond = (octets, requestor) =>
    respond(authority, octets, requestor, Date.now());
  return serveResponder(respondNow, tcpLimits);
}

/** The same for anything that answers. */
export async function serveResponder(
  answer: Respond,
  tcpLimits: Partial<TcpLimits> = {},
): Promise<number> {
  const sockets = await listenDns(
    {
      addresses: [{ address: "127.0.0.1", port: 0 }],
      udp: true,
      tcp: true,
      tcpLimits: { ...TCP_LIMITS, ...tcpLimits },
    },
    { addresses: () => [], warn: () => {} },
  );
  afterAll(() => sockets.close());
  sockets.serve(responderOf(answer));
  return sockets.bound[0]?.port ?? 0;
}
