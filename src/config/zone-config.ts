import type { GeneralConfig } from "./server-keys.ts";

/** One zone of `general.domain` and what follows from it; names are lower case without the final dot. */
export interface ZoneConfig {
  /** The apex. */
  readonly domain: string;
  /** MNAME of the SOA record. */
  readonly nsname: string;
  /** RNAME of the SOA record, in presentation format. */
  readonly nsadmin: string;
}

/** The zones in the order of `general.domain`. A name that is not configured is one in the zone itself. */
export function zoneConfigs({ domains, nsname, nsadmin }: GeneralConfig): ZoneConfig[] {
  return domains.map((domain) => ({
    domain,
    nsname: nsname || domain,
    nsadmin: nsadmin || `hostmaster.${domain}`,
  }));
}

/** A line for each zone that is named more than once. */
export function repeatedZones({ domains }: GeneralConfig): string[] {
  const repeated = domains.filter((domain, index) => domains.indexOf(domain) < index);
  return [...new Set(repeated)].map(
    (domain) => `general.domain has ${domain} more than once; keep one`,
  );
}
