import { getDomain, getPublicSuffix } from "tldts";

/**
 * Whether nobody can register a name here, but names below it: a suffix of the ICANN part of the public
 * suffix list (those under private suffixes belong to somebody), or a top-level domain it does not know.
 */
export function isPublicSuffix(name: string): boolean {
  return !name.includes(".") || getPublicSuffix(name, ICANN) === name;
}

/** The name that somebody registers, for a name below it. */
export function registrableName(name: string): string {
  return getDomain(name, ICANN) ?? name;
}

const ICANN = { allowPrivateDomains: false, validateHostname: false };
