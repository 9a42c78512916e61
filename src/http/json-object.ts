/** The members of a JSON object by their keys in lower case (A to Z only). */
export type JsonMembers = ReadonlyMap<string, unknown>;

const NO_MEMBERS: JsonMembers = new Map();

/** Tokens of valid JSON text, as far as finding keys needs them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

/**
 * Reads a request body as acme-dns does: keys in any case (goacmedns sends SubDomain and Txt), and
 * nothing at all or `null` (lego 4.22 and later) as an object without members.
 *
 * Stricter than acme-dns in one thing: two keys that differ only in case are refused, since two
 * readers of such a body can take it for two different requests.
 *
 * @returns undefined if the octets are not UTF-8, not one JSON value, not an object, or have such keys.
 */
export function parseJsonObject(octets: Uint8Array): JsonMembers | undefined {
  if (octets.length === 0) return NO_MEMBERS;
  const text = decodeUtf8(octets);
  const value = text === undefined ? undefined : parseJson(text);
  if (text === undefined || value === undefined) return undefined;
  if (value === null) return NO_MEMBERS;
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  const members = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) members.set(foldKey(key), member);
  // JSON.parse keeps the last of equal keys, so the text tells how many there were.
  return members.size === countKeys(text, 1) ? members : undefined;
}

function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

/** undefined for text that is not JSON: no JSON value is undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether no object in it, however deep, has a key twice. `text` is what `value` was parsed from. */
export function hasUniqueKeys(value: unknown, text: string): boolean {
  let count = 0;
  const left = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== "object" || each === null) continue;
    const members = Object.values(each);
    if (!Array.isArray(each)) count += members.length;
    for (const member of members) left.push(member);
  }
  return count === countKeys(text, Number.POSITIVE_INFINITY);
}

/** A colon outside of strings stands behind a key; the outermost object is at depth 1. */
function countKeys(text: string, deepest: number): number {
  let depth = 0;
  let count = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token === ":" && depth <= deepest) count++;
  }
  return count;
}

/** A to Z only: by the rules of Unicode, other letters would fold to ASCII ones too. */
function foldKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
