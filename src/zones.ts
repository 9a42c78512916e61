import type { Config } from "./config/config.ts";
import { parseName } from "./dns/presentation-scanner.ts";
import { buildStaticZones } from "./zone/static-records.ts";
import { Zone } from "./zone/zone.ts";

/** Listening there says nothing about where others reach this server. */
const EVERY_ADDRESS = ["", "0.0.0.0", "::"];

/** The zones of a configuration. Their numbers in the table of delegates are their places in it. */
export interface ConfiguredZones {
  /** By domain, as the store names them. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** What is allowed but hardly meant, each a sentence. */
  readonly warnings: readonly string[];
}

/** Throws StaticRecordsError. */
export function configuredZones(config: Config): ConfiguredZones {
  const { records, publicIp, publicIp6, listen } = config.general;
  const { negativeTtl } = config.dns;
  const apexes = config.zones.map(({ domain, nsname, nsadmin }) => ({
    domain,
    apex: parseName(`${domain}.`),
    soa: { mname: parseName(`${nsname}.`), rname: parseName(`${nsadmin}.`), negativeTtl },
  }));
  const published = [publicIp, publicIp6].filter((address) => address !== "");
  const bound = listen
    .map(({ address }) => address)
    .filter((each) => !EVERY_ADDRESS.includes(each));
  const { zones, warnings } = buildStaticZones(apexes, {
    texts: records,
    origin: parseName(`${config.registrationZone}.`),
    // Without a public address, one that is listened on: right on loopback and in a lab.
    nsAddresses: published.length > 0 ? published : bound,
  });
  const byDomain = zones.map(({ domain, apex, soa, nodes }): [string, Zone] => [
    domain,
    new Zone(apex, soa, nodes),
  ]);
  return { zones: new Map(byDomain), warnings };
}
