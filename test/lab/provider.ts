// A hosting provider with two hundred host names of forty customers: their zones on NSD, as they are at the moment,
// two resolvers, and a server in this process, whose clock the test has.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { v4 as uuidv4 } from "uuid";
import { loadConfig } from "../../src/config/load-config.ts";
import { type RunningServer, startServer } from "../../src/serve.ts";
import { address, delegateZone, dnsPort } from "./addresses.ts";
import { challengeValue } from "./challenge-value.ts";
import type { Daemon } from "./daemon.ts";
import { nameserverRecords } from "./dnsvouch.ts";
import type { Lab } from "./lab.ts";
import { startNsdServer } from "./nsd.ts";
import { signZone, unusedAnchor } from "./signed-zone.ts";
import { startUnbound } from "./unbound.ts";

export const CUSTOMERS: readonly string[] = Array.from(
  { length: 40 },
  (_, i) => `customer${i}.test`,
);
/** Where traffic comes in, as checks.edge_targets has it. */
export const EDGE = "192.0.2.80";
export const ELSEWHERE = "198.51.100.80";
export const BOGUS = "bogus.test";
/** Delegated to a server that does not serve it. */
export const DEAD = "dead.test";

export interface Provider {
  readonly server: RunningServer;
  readonly url: string;
  readonly portalUrl: string;
  /** Of the portal's first user, `admin`. */
  readonly oneTimePassword: string;
  readonly database: string;
  /** Records of the customers' zones by their absolute names; what is served once `serveZones` is done. */
  readonly records: Map<string, readonly string[]>;
  /** Milliseconds since 1970; the test moves it. */
  readonly clock: { nowMs: number };
  serveZones(): Promise<void>;
}

const ZONES = [...CUSTOMERS, BOGUS];

export async function startProvider(lab: Lab): Promise<Provider> {
  const records = new Map<string, readonly string[]>();
  const bogusFolder = lab.newFolder("bogus");
  let nsd: Daemon | undefined;
  let count = 0;
  const serveZones = async (): Promise<void> => {
    await nsd?.stop();
    const zones = Object.fromEntries(ZONES.map((name) => [name, zoneText(name, records)]));
    zones[BOGUS] = (await signZone(bogusFolder, BOGUS, zones[BOGUS] ?? "")).text;
    const served = { addresses: [address.nsd], zones: { ".": rootZone(), ...zones } };
    nsd = await lab.keep(startNsdServer(lab.newFolder(`nsd-${count++}`), served));
  };
  await serveZones();
  const lame = {
    addresses: [address.lame],
    zones: { "unrelated.test": zoneText("unrelated.test", records) },
  };
  await lab.keep(startNsdServer(lab.newFolder("lame"), lame));
  await startResolvers(lab, await unusedAnchor(lab.newFolder("anchor"), BOGUS));
  const clock = { nowMs: Date.now() };
  const database = join(lab.newFolder("dnsvouch"), "dnsvouch.db");
  const server = await startServer(configuration(database), {
    clock: () => clock.nowMs,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    checks: {
      resolvers: [address.unbound, address.unbound2].map((each) => ({
        address: each,
        port: dnsPort,
      })),
      authPort: dnsPort,
      isByClock: false,
    },
    log: { debug() {}, info() {}, warn() {}, error: (_, message) => assert.fail(message) },
  });
  const url = `http://${server.http.address}:${server.http.port}`;
  const { portal } = server;
  assert(portal?.oneTimePassword !== undefined, "there is no portal, or it has users already");
  const portalUrl = `http://${portal.address}:${portal.port}`;
  const { oneTimePassword } = portal;
  return { server, url, portalUrl, oneTimePassword, database, records, clock, serveZones };
}

/** The customer makes the record, as the form of their DNS host has them do. */
export async function leadTo(provider: Provider, name: string, target: string): Promise<void> {
  provider.records.set(`_acme-challenge.${name}`, [`CNAME ${target}.`]);
  await provider.serveZones();
}

export interface Updated {
  readonly status: number;
  readonly txt: string;
}

let values = 0;
/** An ACME client publishes a value that nobody had before. */
export async function updateBy(
  { url }: Provider,
  key: { readonly user: string; readonly password: string },
  fulldomain: string,
): Promise<Updated> {
  const txt = challengeValue(`value ${values++}`);
  const response = await fetch(`${url}/update`, {
    method: "POST",
    headers: { "X-Api-User": key.user, "X-Api-Key": key.password },
    body: JSON.stringify({ subdomain: fulldomain.split(".")[0], txt }),
  });
  await response.arrayBuffer();
  return { status: response.status, txt };
}

function configuration(database: string) {
  return loadConfig({
    file: undefined,
    searched: [],
    env: {
      DNSVOUCH_LISTEN: `${address.dnsvouch}:${dnsPort}`,
      DNSVOUCH_DOMAIN: delegateZone,
      DNSVOUCH_GENERAL_NSNAME: `ns1.${delegateZone}`,
      DNSVOUCH_GENERAL_RECORDS: nameserverRecords.join("\n"),
      // The portal tells its visitors that the API is on the host by which they have reached it.
      DNSVOUCH_API_IP: "127.0.0.1",
      DNSVOUCH_API_PORT: "0",
      DNSVOUCH_PORTAL_LISTEN: "127.0.0.1:0",
      DNSVOUCH_DB: database,
      DNSVOUCH_METRICS_LISTEN: "",
      DNSVOUCH_DNS_WORKERS: "1",
      DNSVOUCH_DNS_RRL_PER_SECOND: "0",
      DNSVOUCH_CHECKS_ALLOW_PRIVATE: "true",
      DNSVOUCH_CHECKS_EDGE_TARGETS: EDGE,
    },
  });
}

async function startResolvers(lab: Lab, anchor: string): Promise<void> {
  const stubs = {
    ...Object.fromEntries(ZONES.map((name) => [name, [address.nsd]])),
    [DEAD]: [address.lame],
  };
  const start = (name: string, listen: string, lines: readonly string[]) =>
    lab.keep(startUnbound(lab.newFolder(name), { caching: "none", listen, stubs, lines }));
  await Promise.all([
    start("unbound", address.unbound, [`trust-anchor: "${anchor}"`]),
    start("unbound2", address.unbound2, ['module-config: "iterator"']),
  ]);
}

function zoneText(name: string, records: ReadonlyMap<string, readonly string[]>): string {
  const own = [...records].flatMap(([owner, lines]) =>
    owner === name || owner.endsWith(`.${name}`) ? lines.map((line) => `${owner}. ${line}`) : [],
  );
  return [
    `$ORIGIN ${name}.`,
    "$TTL 60",
    "@ SOA ns1 hostmaster 1 3600 600 86400 60",
    "@ NS ns1",
    `ns1 A ${address.nsd}`,
    ...own,
    "",
  ].join("\n");
}

function rootZone(): string {
  const delegated = [...ZONES, DEAD, delegateZone];
  const where: Readonly<Record<string, string>> = {
    [delegateZone]: address.dnsvouch,
    [DEAD]: address.lame,
  };
  return [
    "$ORIGIN .",
    "$TTL 3600",
    "@ SOA ns.root. hostmaster.root. 1 3600 600 86400 60",
    "@ NS ns.root.",
    `ns.root. A ${address.nsd}`,
    ...delegated.flatMap((name) => [
      `${name}. NS ns1.${name}.`,
      `ns1.${name}. A ${where[name] ?? address.nsd}`,
    ]),
    "",
  ].join("\n");
}
