/** Zones of tests from presentation format, and servers for them on free ports of 127.0.0.1. */
import assert from "node:assert/strict";
import { afterAll } from "vitest";
import { ROOT } from "../../src/dns/name.ts";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import { AnswerPath, type TableAuthority } from "../../src/server/answer-path.ts";
import type { TcpLimits } from "../../src/server/listen.ts";
import type { Requestor, Transport } from "../../src/server/requestor.ts";
import type { ServedZone } from "../../src/server/respond.ts";
import type { Responder } from "../../src/server/responder.ts";
import { ChallengeIndex } from "../../src/zone/challenge-index.ts";
import { ChallengePublisher } from "../../src/zone/challenge-publisher.ts";
import type { DelegateValues } from "../../src/zone/challenges.ts";
import { type InstantAddresses, InstantNames } from "../../src/zone/instant-names.ts";
import { buildStaticZones } from "../../src/zone/static-records.ts";
import { createTable } from "../../src/zone/table/table-memory.ts";
import { TableReader } from "../../src/zone/table/table-reader.ts";
import { TableWriter } from "../../src/zone/table/table-writer.ts";
import { Zone } from "../../src/zone/zone.ts";
import { listenUnderTest } from "./listen-under-test.ts";

export interface ZoneText {
  readonly apex: string;
  readonly records: readonly string[];
  /** What each delegate publishes, by its label. */
  readonly delegates?: Readonly<Record<string, readonly string[]>>;
  readonly serial?: number;
  /** The delegates are instant names that lead there. */
  readonly instant?: InstantAddresses;
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

/** A zone, and where its delegates publish. */
export interface PublishedZone extends ServedZone {
  readonly challenges: DelegateValues;
  readonly table: TableReader;
  readonly publisher: ChallengePublisher;
}

/** What a server answers from. */
export interface AuthorityUnderTest extends TableAuthority {
  readonly table: TableReader;
}

const SEED = 0x1234_5678;

/** MNAME is ns1 of the zone, RNAME hostmaster; the nameserver is at 127.0.0.1 unless the records say more. */
export function zoneUnderTest(text: ZoneText): PublishedZone {
  const [served] = zonesUnderTest(text);
  assert(served);
  return served;
}

/** The zones of one server: one that is inside another is delegated there. Names are relative to the first apex. */
export function zonesUnderTest(...texts: readonly ZoneText[]): PublishedZone[] {
  return publishZones(buildZones(texts));
}

/** Zones of one server that know nothing of each other. Names are relative to the apex of each. */
export function separateZonesUnderTest(...texts: readonly ZoneText[]): PublishedZone[] {
  return publishZones(texts.flatMap((text) => buildZones([text])));
}

function buildZones(texts: readonly ZoneText[]) {
  const apexes = texts.map((text) => {
    const mname = parseName(`ns1.${text.apex}`);
    const rname = parseName(`hostmaster.${text.apex}`);
    return {
      ...text,
      apex: parseName(text.apex),
      soa: { mname, rname, negativeTtl: NEGATIVE_TTL },
    };
  });
  return buildStaticZones(apexes, {
    texts: texts.flatMap(({ records }) => records),
    origin: apexes[0]?.apex ?? ROOT,
    nsAddresses: ["127.0.0.1"],
  }).zones;
}

function publishZones(zones: ReturnType<typeof buildZones>): PublishedZone[] {
  const table = createTable({ readers: 1, zones: zones.length }, SEED);
  const writer = new TableWriter(table);
  const published = zones.map(({ delegates = {}, serial = SERIAL }, number) => {
    const publisher = new ChallengePublisher(writer, number, serial);
    for (const [subdomain, digests] of Object.entries(delegates)) {
      publisher.publish({ subdomain, digests, sequence: digests.length });
    }
    return publisher;
  });
  writer.setComplete();
  const reader = new TableReader(table, 0);
  return zones.map(({ apex, soa, nodes, instant }, number) => {
    const zone = new Zone(apex, soa, nodes);
    const options = { zone, number, ttl: TXT_TTL, stored: () => undefined };
    const index = new ChallengeIndex(reader, options);
    const challenges = instant === undefined ? index : new InstantNames(index, zone, instant);
    return { zone, challenges, table: reader, publisher: published[number] ?? assert.fail() };
  });
}

/** `served` by one call of zonesUnderTest: they share a table. */
export function authorityOver(...served: readonly PublishedZone[]): AuthorityUnderTest {
  const [{ table } = assert.fail()] = served;
  assert(served.every((each) => each.table === table));
  const zones = new Map(served.map((each) => [each.zone.apex.key, each]));
  return {
    zones,
    udpPayloadSize: 1232,
    nsid: new Uint8Array(0),
    cookieSecrets: [],
    tcpIdleSeconds: TCP_LIMITS.idleSeconds,
    rateLimit: undefined,
    table,
  };
}

/** Serves until the tests of the calling file are done. Gives the port, the same for UDP and TCP. */
export async function serveDns(
  authority: AuthorityUnderTest,
  tcpLimits: Partial<TcpLimits> = {},
): Promise<number> {
  return serveResponder(responderFor(authority), tcpLimits);
}

/** What a running server answers with; a fault of it fails the test. */
export function responderFor(
  authority: AuthorityUnderTest,
  clock: () => number = Date.now,
): AnswerPath {
  const onFault = (error: unknown): never => {
    throw error;
  };
  return new AnswerPath({ authority, table: authority.table, clock, onFault });
}

/** The same for anything that answers. */
export async function serveResponder(
  responder: Responder,
  tcpLimits: Partial<TcpLimits> = {},
): Promise<number> {
  const sockets = await listenUnderTest(
    {
      addresses: [{ address: "127.0.0.1", port: 0 }],
      udp: true,
      tcp: true,
      tcpLimits: { ...TCP_LIMITS, ...tcpLimits },
    },
    { addresses: () => [], warn: () => {} },
  );
  afterAll(() => sockets.close());
  sockets.serve(responder);
  return sockets.bound[0]?.port ?? 0;
}
