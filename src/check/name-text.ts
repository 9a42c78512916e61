/** Names in a check are text: lower case, without the final dot, "" is the root. */

export function isAtOrBelow(name: string, apex: string): boolean {
  return apex === "" || name === apex || name.endsWith(`.${apex}`);
}

/** The name without its leftmost label; "" above a top-level domain. */
export function parentOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}

/** The name and those above it, the top-level domain last. */
export function climb(name: string): string[] {
  const names: string[] = [];
  for (let at = name; at !== ""; at = parentOf(at)) names.push(at);
  return names;
}

/** RFC 8555 section 8.4. */
export const CHALLENGE_PREFIX = "_acme-challenge.";

/** Where the value for a domain and for its wildcard name is looked up. */
export function challengeName(domain: string): string {
  return `${CHALLENGE_PREFIX}${domain}`;
}
