import { CHALLENGE_PREFIX, isAtOrBelow } from "./name-text.ts";

/** A zone of this server, and what is in it besides delegates. */
export interface ServedZone {
  /** Lower case without the final dot. */
  readonly apex: string;
  /** Whether its delegates are `_acme-challenge.<name>.<apex>` (docs/adr/0029) and not `<name>.<apex>`. */
  readonly isInstant: boolean;
  /** Whether the configuration has records at a name, or below it. */
  readonly hasStatic: (name: string) => boolean;
}

/** The zone that a name is in: the lowest of those above it. */
export function zoneOf(zones: readonly ServedZone[], name: string): ServedZone | undefined {
  return zones
    .filter(({ apex }) => isAtOrBelow(name, apex))
    .toSorted((a, b) => b.apex.length - a.apex.length)[0];
}

/** Why a name in a zone of ours cannot be a delegate, whatever DNS says of it; undefined: it may be one. */
export function whyNoDelegate(zone: ServedZone, name: string): string | undefined {
  const { apex, isInstant, hasStatic } = zone;
  if (name === apex) return `${name} is the apex of a zone of this server`;
  if (hasStatic(name)) return `${name} is in the records of this server's configuration`;
  if (isInstant && !name.startsWith(CHALLENGE_PREFIX)) {
    return `${name} is an instant name, whose values are at _acme-challenge.${name}`;
  }
  if (!isInstant && name.startsWith(CHALLENGE_PREFIX)) {
    return `${name} is no delegate: values are at ${name.slice(CHALLENGE_PREFIX.length)} itself, and certificates are for the domain whose CNAME leads there`;
  }
  return undefined;
}
