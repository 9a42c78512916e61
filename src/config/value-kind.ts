import { parseAddressOrNetwork } from "../delegate/network.ts";
import { parseDomainName, parseMailboxName } from "./domain-name.ts";
import {
  type DnsProtocol,
  isIpv4,
  isIpv6,
  type ListenAddress,
  parseDnsProtocol,
  parseListenAddress,
} from "./listen-address.ts";
import {
  andThen,
  anyOf,
  integerFrom,
  listOf,
  mapped,
  type Read,
  textBy,
  textThat,
  theText,
} from "./read.ts";

/** What may be written for a key, and what it becomes. */
export interface ValueKind<Value> {
  /** From the value of the TOML file to the value of the `Config`. */
  readonly read: Read<Value>;
  /** What is allowed, for error messages and the reference. */
  readonly allowed: string;
  /** As one would write it in the file, after `key = `. */
  readonly example: string;
  /** The text of an environment variable as the value that a file would have. */
  readonly fromText: (text: string) => unknown;
}

const asText = (text: string): unknown => text;
const asInteger = (text: string): unknown => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);
const asList = (text: string): unknown =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

/** The same kind, but "" is accepted too and means that there is none. */
export function optional(kind: ValueKind<string>): ValueKind<string> {
  const read = anyOf(theText("", ""), kind.read);
  return { ...kind, read, allowed: `${kind.allowed}, or ""` };
}

export const boolean: ValueKind<boolean> = {
  read: (raw) => (typeof raw === "boolean" ? { value: raw } : undefined),
  allowed: "true or false",
  example: "true",
  fromText: (text) =>
    text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : text,
};

/** "auto": it follows from other keys. */
export const booleanOrAuto: ValueKind<boolean | "auto"> = {
  read: anyOf<boolean | "auto">(theText("auto", "auto"), boolean.read),
  allowed: '"auto", true or false',
  example: "true",
  fromText: boolean.fromText,
};

export function integer(minimum: number, maximum: number): ValueKind<number> {
  return {
    read: integerFrom(minimum, maximum),
    allowed: `a whole number from ${minimum} to ${maximum}`,
    example: String(minimum),
    fromText: asInteger,
  };
}

/** A number of things, where 0 has a meaning of its own ("no limit", "off"). */
export const count: ValueKind<number> = { ...integer(0, 1_000_000_000), example: "100" };

/** How much one source of requests may have. */
export interface SourceLimit {
  /** 0: no limit. */
  readonly most: number;
  /** Whether requests from this machine itself are limited too. */
  readonly coversLoopback: boolean;
}

/**
 * "auto" is a limit for everybody but this machine itself, where proxies, resolvers and monitors run
 * that ask for many, and whose addresses nobody elsewhere can forge. A number is for everybody.
 */
export function sourceLimit(usual: number): ValueKind<SourceLimit> {
  const limit = (most: number, coversLoopback: boolean): SourceLimit => ({ most, coversLoopback });
  return {
    read: anyOf(
      theText("auto", limit(usual, false)),
      mapped(count.read, (most) => limit(most, true)),
    ),
    allowed: `"auto" (${usual}, and no limit for this machine itself), or ${count.allowed}`,
    example: '"auto"',
    fromText: asInteger,
  };
}

/** RFC 2181 section 8: a TTL is a number of seconds of at most 31 bits. */
export const ttl: ValueKind<number> = { ...integer(0, 2_147_483_647), example: "60" };

const anyNumber = integerFrom(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const portNumber = andThen(
  anyOf(
    anyNumber,
    textBy((digits) => (/^\d+$/.test(digits) ? Number(digits) : undefined)),
  ),
  integerFrom(0, 65_535),
);

/** A port: acme-dns writes it as text, and an integer is accepted too. */
export const port: ValueKind<number> = {
  read: portNumber,
  allowed: "a port from 0 to 65535, 0 for any free one",
  example: "8080",
  fromText: asText,
};

/** A port or "" for none, which becomes 0. */
export const optionalPort: ValueKind<number> = {
  ...port,
  read: anyOf(theText("", 0), portNumber),
  allowed: 'a port from 0 to 65535, or ""',
};

export const text: ValueKind<string> = {
  read: textThat(() => true),
  allowed: "text",
  example: '"text"',
  fromText: asText,
};

/** A text that travels in messages, in UTF-8. */
export function shortText(maxOctets: number): ValueKind<string> {
  return {
    ...text,
    read: textThat((value) => Buffer.byteLength(value) <= maxOctets),
    allowed: `text of at most ${maxOctets} octets`,
  };
}

/** A file or folder; "" for none. Relative to the working directory. */
export const path: ValueKind<string> = {
  ...text,
  allowed: 'a path, or ""',
  example: '"/etc/dnsvouch/file"',
};

/** One of some words; `synonyms` are accepted and become one of them. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
  synonyms: Readonly<Record<string, Word>> = {},
): ValueKind<Word> {
  const meaning = new Map<unknown, Word>(Object.entries(synonyms));
  return {
    read: (raw) => {
      const value = meaning.get(raw) ?? words.find((word) => word === raw);
      return value === undefined ? undefined : { value };
    },
    allowed: words.map((word) => `"${word}"`).join(", "),
    example: `"${words[0]}"`,
    fromText: asText,
  };
}

const DURATION = /^(\d{1,9})([smhdw])$/;
const UNIT_SECONDS = new Map(
  Object.entries({ s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const),
);

function parseDuration(text: string): number | undefined {
  const [, amount, unit = ""] = DURATION.exec(text) ?? [];
  const seconds = UNIT_SECONDS.get(unit);
  return seconds === undefined ? undefined : Number(amount) * seconds;
}

/** A time span, in seconds. */
export function duration(minimumSeconds: number, maximumSeconds: number): ValueKind<number> {
  return {
    read: andThen(
      anyOf(anyNumber, textBy(parseDuration)),
      integerFrom(minimumSeconds, maximumSeconds),
    ),
    allowed: `${minimumSeconds} to ${maximumSeconds} seconds, as a whole number of seconds or as text with one unit (s, m, h, d, w)`,
    example: '"12h"',
    fromText: asInteger,
  };
}

export const domainName: ValueKind<string> = {
  read: textBy(parseDomainName),
  allowed:
    "a domain name: labels of 1 to 63 letters, digits, hyphens or underscores, 253 characters in all, other scripts in their xn-- form",
  example: '"auth.example.org"',
  fromText: asText,
};

/** A value, or a list of some. */
function oneOrSeveral<Value>(read: Read<Value>): Read<readonly Value[]> {
  return anyOf<readonly Value[]>(
    mapped(read, (value) => [value]),
    listOf(read, 1),
  );
}

/** One or several domain names: a text or a list. */
export const domainNames: ValueKind<readonly [first: string, ...others: string[]]> = {
  // There is a first one: oneOrSeveral sees to it.
  read: mapped(oneOrSeveral(domainName.read), ([first = "", ...others]) => [first, ...others]),
  allowed: `${domainName.allowed}; or a list of these`,
  example: '["auth.example.org", "auth.example.net"]',
  fromText: asList,
};

export const mailboxName: ValueKind<string> = {
  read: textBy(parseMailboxName),
  allowed: "a mail address, or a domain name whose first dot stands for the @",
  example: '"hostmaster.example.org"',
  fromText: asText,
};

export const ipv4Address: ValueKind<string> = {
  read: textThat(isIpv4),
  allowed: "an IPv4 address",
  example: '"198.51.100.1"',
  fromText: asText,
};

export const ipv6Address: ValueKind<string> = {
  read: textThat(isIpv6),
  allowed: "an IPv6 address",
  example: '"2001:db8::1"',
  fromText: asText,
};

export const ipAddress: ValueKind<string> = {
  read: textThat((address) => isIpv4(address) || isIpv6(address)),
  allowed: "an IPv4 or IPv6 address",
  example: '"127.0.0.1"',
  fromText: asText,
};

export const dnsProtocol: ValueKind<DnsProtocol> = {
  read: textBy(parseDnsProtocol),
  allowed: '"both", "both4", "both6", "udp", "udp4", "udp6", "tcp", "tcp4", "tcp6"',
  example: '"both"',
  fromText: asText,
};

const LISTEN_FORMS = 'an address with a port; ":PORT" is every address, IPv6 is in brackets';

/** One or several addresses: a text or a list. */
export function listenAddresses(defaultPort: number): ValueKind<readonly ListenAddress[]> {
  const one = textBy((text) => parseListenAddress(text, defaultPort));
  return {
    read: oneOrSeveral(one),
    allowed: `${LISTEN_FORMS}; or a list of these`,
    example: '["127.0.0.1:53", "[::1]:53"]',
    fromText: asList,
  };
}

/** Resolvers: addresses, with or without a port. */
export const resolvers: ValueKind<readonly ListenAddress[]> = {
  read: listOf(
    textBy((text) => {
      const address = isIpv6(text) ? `[${text}]` : text;
      const resolver = parseListenAddress(address, 53);
      return resolver?.address === "" || resolver?.port === 0 ? undefined : resolver;
    }),
    0,
  ),
  allowed:
    "a list of IPv4 or IPv6 addresses, each with or without a port; IPv6 with one in brackets",
  example: '["192.0.2.53", "[2001:db8::53]:5353"]',
  fromText: asList,
};

/** One address, or "" for a listener that is off, which becomes undefined. */
export function optionalListenAddress(defaultPort: number): ValueKind<ListenAddress | undefined> {
  return {
    read: anyOf<ListenAddress | undefined>(
      theText("", undefined),
      textBy((text) => parseListenAddress(text, defaultPort)),
    ),
    allowed: `${LISTEN_FORMS}; or "" for none`,
    example: `"127.0.0.1:${defaultPort}"`,
    fromText: asText,
  };
}

export const textList: ValueKind<readonly string[]> = {
  read: listOf(text.read, 0),
  allowed: "a list of texts",
  example: '["a", "b"]',
  fromText: asList,
};

/** A list of texts that may have commas in them: one a line in an environment variable. */
/** Addresses, networks and names; names in lower case. */
export const addressesAndNames: ValueKind<readonly string[]> = {
  read: listOf(
    textBy((text) =>
      parseAddressOrNetwork(text) === undefined ? domainName.read(text)?.value : text,
    ),
    0,
  ),
  allowed: "a list of addresses, networks in CIDR notation and names of hosts",
  example: '["192.0.2.80", "2001:db8::/32", "edge.example.net"]',
  fromText: asList,
};

export const lines: ValueKind<readonly string[]> = {
  ...textList,
  example: '["auth.example.org. A 198.51.100.1"]',
  fromText: (text) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
};

/** Addresses and networks. */
export const networks: ValueKind<readonly string[]> = {
  read: listOf(
    textThat((each) => parseAddressOrNetwork(each) !== undefined),
    0,
  ),
  allowed: "a list of addresses and networks",
  example: '["127.0.0.1", "10.0.0.0/8", "fd00::/8"]',
  fromText: asList,
};

function parseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? text : undefined;
}

export const url: ValueKind<string> = {
  read: textBy(parseUrl),
  allowed: "an http or https URL",
  example: '"https://auth.example.org"',
  fromText: asText,
};

/** A URL that paths are appended to: without a final slash. */
export const baseUrl: ValueKind<string> = {
  ...url,
  read: textBy((text) => parseUrl(text)?.replace(/\/+$/, "")),
};

const PATH_PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)+\/?$/;

/** "" or "/x/y": no slash at the end. */
export const pathPrefix: ValueKind<string> = {
  read: textBy((text) =>
    text === "" || text === "/" ? "" : PATH_PREFIX.test(text) ? text.replace(/\/$/, "") : undefined,
  ),
  allowed: 'a path that begins with "/", of letters, digits and . _ ~ -; or ""',
  example: '"/acme"',
  fromText: asText,
};

/** RFC 9110 section 5.1: a field name is a token. */
export const headerName: ValueKind<string> = {
  read: textThat((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)),
  allowed: "the name of an HTTP header",
  example: '"X-Forwarded-For"',
  fromText: asText,
};
