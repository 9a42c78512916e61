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

/** A name in presentation format without the final dot: 255 octets on the wire (RFC 1035 section 2.3.4). */
const LONGEST_NAME = 253;
/** A UUID and a dot. */
const DELEGATE_LABEL = 37;
const LONGEST_ZONE = LONGEST_NAME - DELEGATE_LABEL;

/** A line for each zone that is named more than once, or has no room for delegates. */
export function zoneProblems({ domains }: GeneralConfig): string[] {
  const repeated = domains.filter((domain, index) => domains.indexOf(domain) < index);
  const long = domains.filter(({ length }) => length > LONGEST_ZONE);
  return [
    ...new Set(repeated.map((domain) => `general.domain has ${domain} more than once; keep one`)),
    ...long.map(
      (domain) =>
        `general.domain: ${domain} has ${domain.length} characters, at most ${LONGEST_ZONE} leave room for the names of delegates; choose a shorter one`,
    ),
  ];
}
