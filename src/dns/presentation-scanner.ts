import { MAX_LABEL_OCTETS, type Name, nameFromLabels, ROOT } from "./name.ts";

/** Text that is not in presentation format. `message` says what was expected and what is there. */
export class PresentationError extends Error {
  readonly code = "presentation_invalid";
}

export function presentationError(message: string): PresentationError {
  return new PresentationError(message);
}

/** Escapes are resolved later: \. inside a label is not the dot between two. Parentheses only group lines. */
const TOKEN = /"((?:[^"\\]|\\.)*)"|((?:[^\s"();\\]|\\.)+)|;[^\n]*|[\s()]+/suy;

/**
 * Reads one record of a zone file token by token: RFC 1035 section 5.1. Every method takes the next
 * token or throws PresentationError, naming `what` was expected.
 */
export class PresentationScanner {
  readonly #origin: Name;
  readonly #zones: readonly Name[];
  /** Names of several labels without a final dot, which were read as relative to the origin. */
  readonly relativeNames: string[] = [];
  /** As written, escapes included, quotes not. */
  readonly #tokens: readonly string[];
  #next = 0;

  /** Names are read as parseName reads them. */
  constructor(text: string, origin: Name, zones: readonly Name[]) {
    this.#tokens = tokens(text);
    this.#origin = origin;
    this.#zones = zones;
  }

  get atEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** The next token as written, without taking it. */
  peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  word(what: string): string {
    return this.#take(what);
  }

  name(what: string): Name {
    const text = this.#take(what);
    const isRelative = !text.endsWith(".") || text.endsWith("\\.");
    const name = parseName(text, this.#origin, this.#zones);
    if (isRelative && text.includes(".") && name.octets.length > text.length + 2) {
      this.relativeNames.push(text);
    }
    return name;
  }

  /** Octets of a quoted or bare text: RFC 1035 section 5.1. */
  characterString(what: string, maxOctets: number): Uint8Array {
    const octets = unescapeText(this.#take(what));
    if (octets.length > maxOctets) {
      throw presentationError(`${what} has ${octets.length} octets, at most ${maxOctets} fit`);
    }
    return octets;
  }

  unsignedInteger(octets: 1 | 2 | 4, what: string): Uint8Array {
    const text = this.#take(what);
    const max = 2 ** (8 * octets) - 1;
    const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max))
      throw presentationError(`${what} is a number from 0 to ${max}, not "${text}"`);
    return bigEndian(value, octets);
  }

  ttl(what: string): Uint8Array {
    const text = this.#take(what);
    const value = parseTtl(text);
    if (value === undefined) {
      throw presentationError(`${what} is a number of seconds, such as 3600 or 1h, not "${text}"`);
    }
    return bigEndian(value, 4);
  }

  address(octets: 4 | 16, what: string): Uint8Array {
    const text = this.#take(what);
    const address = octets === 4 ? parseIpv4(text) : parseIpv6(text);
    if (address === undefined) throw presentationError(`"${text}" is no ${what}`);
    return address;
  }

  #take(what: string): string {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw presentationError(`missing: ${what}`);
    return token;
  }
}

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw presentationError(
        `a quote is not closed, or a \\ stands at the end: ${text.slice(at)}`,
      );
    }
    const token = match[1] ?? match[2];
    if (token !== undefined) found.push(token);
  }
  return found;
}

/** RFC 2181 section 8: 0 to 2^31 - 1 seconds; undefined if `text` is none. */
export function parseTtl(text: string): number | undefined {
  // Each number but the last has its unit: with one reading of the digits only, matching takes linear time.
  if (!/^(?:[0-9]{1,10}[smhdw])*(?:[0-9]{1,10})?$/i.test(text) || text === "") return undefined;
  const unit: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, count, letter] of text.matchAll(/([0-9]+)([smhdw]?)/gi)) {
    total += Number(count) * (unit[letter?.toLowerCase() || "s"] ?? 1);
  }
  return total < 2 ** 31 ? total : undefined;
}

/**
 * A name in presentation format: "@" is the origin, a final dot makes it absolute, else the origin
 * follows (RFC 1035 section 5.1). One exception: a name that already ends in one of `zones` is taken
 * as absolute without its final dot, as the records of acme-dns configurations are often written; the
 * doubled name of the plain rule is never what is meant. Throws PresentationError.
 */
export function parseName(
  text: string,
  origin: Name = ROOT,
  zones: readonly Name[] = [origin],
): Name {
  if (text === "@") return origin;
  if (text === ".") return ROOT;
  const labels = splitLabels(text);
  const isAbsolute = labels.at(-1)?.length === 0;
  if (isAbsolute) labels.pop();
  for (const label of labels) checkLabel(label, text);
  const absolute = nameFromLabels(labels);
  const endsInZone = zones.some((zone) => absolute?.isAtOrBelow(zone) === true);
  const name = isAbsolute || endsInZone ? absolute : nameFromLabels(labels, origin);
  if (name === undefined) throw presentationError(`"${text}" is longer than 255 octets`);
  return name;
}

function checkLabel(label: Uint8Array, text: string): void {
  if (label.length === 0) throw presentationError(`"${text}" has an empty label`);
  if (label.length > MAX_LABEL_OCTETS) {
    throw presentationError(`"${text}" has a label of more than 63 octets`);
  }
}

/** Splits at the dots that are not escaped. */
function splitLabels(text: string): Uint8Array[] {
  const parts: string[] = [""];
  for (const [piece] of text.matchAll(/\\.|\.|[^\\.]+/gsu)) {
    if (piece === ".") parts.push("");
    else parts.push(`${parts.pop() ?? ""}${piece}`);
  }
  return parts.map(unescapeText);
}

/** RFC 1035 section 5.1: \DDD is the octet of that decimal number, \X is X. Anything else is its UTF-8 octets. */
export function unescapeText(text: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const [piece, decimal, literal] of text.matchAll(/\\([0-9]{3})|\\(.)|[^\\]+/gsu)) {
    if (decimal !== undefined) pieces.push(Uint8Array.of(octetOf(decimal)));
    else pieces.push(Buffer.from(literal ?? piece, "utf8"));
  }
  return Buffer.concat(pieces);
}

function octetOf(decimal: string): number {
  const octet = Number(decimal);
  if (octet > 255) throw presentationError(`\\${decimal} is no octet, at most \\255 is`);
  return octet;
}

/** The name in presentation format, absolute, with the case of its octets. */
export function formatName(name: Name): string {
  if (name.octets.length === 1) return ".";
  let text = "";
  for (const offset of name.suffixOffsets().slice(0, -1)) {
    const length = name.octets[offset] ?? 0;
    const label = name.octets.subarray(offset + 1, offset + 1 + length);
    text += `${escapeOctets(label, /[.;"\\()@$]/)}.`;
  }
  return text;
}

/** Octets as a quoted character-string. */
export function formatCharacterString(octets: Uint8Array): string {
  return `"${escapeOctets(octets, /["\\]/, " ")}"`;
}

function escapeOctets(octets: Uint8Array, special: RegExp, plain = ""): string {
  let text = "";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    if ((octet > 0x20 && octet < 0x7f) || character === plain) {
      text += special.test(character) ? `\\${character}` : character;
    } else {
      text += `\\${String(octet).padStart(3, "0")}`;
    }
  }
  return text;
}

function bigEndian(value: number, octets: 1 | 2 | 4): Uint8Array {
  const buffer = Buffer.alloc(octets);
  buffer.writeUIntBE(value, 0, octets);
  return buffer;
}

/** Four decimal octets without leading zeros: other readings of an address are a source of confusion. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  const isAddress =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part));
  const octets = parts.map(Number);
  return isAddress && octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
}

/** RFC 4291 section 2.2, the form that ends in an IPv4 address included; no zone id. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const ipv4 = /^(.*:)([0-9.]+)$/.exec(text);
  const tail = ipv4?.[2]?.includes(".") ? parseIpv4(ipv4[2]) : undefined;
  if (ipv4?.[2]?.includes(".") && tail === undefined) return undefined;
  const hex = tail === undefined ? text : `${ipv4?.[1]}${groupOf(tail, 0)}:${groupOf(tail, 2)}`;
  const halves = hex.split("::");
  if (halves.length > 2) return undefined;
  const [before = [], after = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<string>(missing).fill("0"), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Buffer.concat(groups.map((group) => bigEndian(Number.parseInt(group, 16), 2)));
}

function groupOf(octets: Uint8Array, at: number): string {
  return (((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)).toString(16);
}
