import type { InstantConfig } from "./dns-keys.ts";
import type { GeneralConfig } from "./server-keys.ts";

/** One zone that is served and what follows from it; names are lower case without the final dot. */
export interface ZoneConfig {
  /** The apex. */
  readonly domain: string;
  /** MNAME of the SOA record. */
  readonly nsname: string;
  /** RNAME of the SOA record, in presentation format. */
  readonly nsadmin: string;
  /** Whether its delegates are instant names: docs/adr/0029. */
  readonly isInstant: boolean;
}

/**
 * The zones in the order of `general.domain`, then that of instant names. A name that is not configured is
 * one in the zone itself; instant names are served by the name server of the first zone.
 */
export function zoneConfigs(
  { domains, nsname, nsadmin }: GeneralConfig,
  instant: InstantConfig,
): ZoneConfig[] {
  const [first] = domains;
  const ofZone = (domain: string, home: string, isInstant: boolean): ZoneConfig => ({
    domain,
    nsname: nsname || home,
    nsadmin: nsadmin || `hostmaster.${home}`,
    isInstant,
  });
  const zones = domains.map((domain) => ofZone(domain, domain, false));
  return instant.enabled === true ? [...zones, ofZone(instant.domain, first, true)] : zones;
}

/** A name in presentation format without the final dot: 255 octets on the wire (RFC 1035 section 2.3.4). */
const LONGEST_NAME = 253;
/** A UUID and a dot. */
const DELEGATE_LABEL = 37;
const LONGEST_ZONE = LONGEST_NAME - DELEGATE_LABEL;
/** "_acme-challenge" and a dot, which come in front of an instant name. */
const CHALLENGE_LABEL = 16;
const LONGEST_INSTANT_ZONE = LONGEST_ZONE - CHALLENGE_LABEL;

/** A line for each zone that is named more than once, has no room for delegates, or is in the way of another. */
export function zoneProblems({ domains }: GeneralConfig, instant: InstantConfig): string[] {
  const repeated = domains.filter((domain, index) => domains.indexOf(domain) < index);
  const long = domains.filter(({ length }) => length > LONGEST_ZONE);
  return [
    ...new Set(repeated.map((domain) => `general.domain has ${domain} more than once; keep one`)),
    ...long.map((domain) => tooLong("general.domain", domain, LONGEST_ZONE)),
    ...(instant.enabled === true ? instantProblems(domains, instant.domain) : []),
  ];
}

function tooLong(key: string, domain: string, most: number): string {
  return `${key}: ${domain} has ${domain.length} characters, at most ${most} leave room for the names of delegates; choose a shorter one`;
}

/**
 * Whoever has an instant name gets certificates for it and all below: nothing else may be there, and it
 * may not be below anything else.
 */
function instantProblems(domains: readonly string[], domain: string): string[] {
  if (domain === "") {
    return ["instant.enabled = true needs instant.domain, a zone of its own for instant names"];
  }
  const near = domains.filter(
    (other) => other === domain || other.endsWith(`.${domain}`) || domain.endsWith(`.${other}`),
  );
  return [
    ...near.map((other) => {
      const where =
        other === domain ? "is" : other.endsWith(`.${domain}`) ? "is above" : "is below";
      return `instant.domain: ${domain} ${where} ${other === domain ? "in general.domain" : `${other}, which is in general.domain`}; instant names need a zone that is neither equal to, above nor below one of these: choose another name`;
    }),
    ...(domain.length > LONGEST_INSTANT_ZONE
      ? [tooLong("instant.domain", domain, LONGEST_INSTANT_ZONE)]
      : []),
  ];
}
