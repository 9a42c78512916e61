import type { Section } from "./key.ts";
import { MOST_TXT_SLOTS } from "./server-keys.ts";
import {
  booleanOrAuto,
  count,
  domainName,
  duration,
  integer,
  ipv4Address,
  ipv6Address,
  oneOf,
  optional,
  path,
  type SourceLimit,
  shortText,
  sourceLimit,
  textList,
  ttl,
} from "./value-kind.ts";

/** A UUID fits, and an error stays within 60 octets of its query. */
const MOST_NSID_OCTETS = 36;
const HOUR_SECONDS = 3_600;
const CENTURY_SECONDS = 3_153_600_000;

/** How the name server answers. 0 connections, seconds or answers a second mean no limit. */
export interface DnsConfig {
  readonly negativeTtl: number;
  readonly txtTtl: number;
  /** The newest values that a delegate publishes. */
  readonly txtSlots: number;
  /** 0: kept for ever. */
  readonly txtMaxAgeSeconds: number;
  readonly ednsSizeOctets: number;
  /** Of each kind of negative response or error, to one network. */
  readonly rrlPerSecond: SourceLimit;
  readonly tcpConnections: number;
  readonly tcpConnectionsPerSource: SourceLimit;
  readonly tcpFirstMessageSeconds: number;
  readonly tcpIdleSeconds: number;
  /** 0: one for each core, at most 4. */
  readonly workers: number;
  readonly io: "auto" | "dgram" | "batch";
  /** "" for none. */
  readonly nsid: string;
  /** "" for a random secret, kept in the store. */
  readonly cookieSecretFile: string;
  readonly caaApex: "auto" | "none";
  readonly caaDelegates: "none" | "deny";
  readonly secondaries: readonly string[];
  readonly updateWaitSeconds: number;
}

export const dnsSection: Section<DnsConfig> = {
  toml: "dns",
  keys: {
    txtTtl: {
      toml: "txt_ttl",
      kind: ttl,
      default: 1,
      description: "TTL of challenge values, in seconds.",
    },
    negativeTtl: {
      toml: "negative_ttl",
      kind: ttl,
      default: 5,
      description:
        "How long resolvers may remember that there is no value, in seconds. Keep it short: an update is not seen before.",
    },
    txtSlots: {
      toml: "txt_slots",
      kind: integer(1, MOST_TXT_SLOTS),
      default: 2,
      description:
        "How many of the newest values a delegate publishes. Up to 2, a repeated value counts as an update, as in acme-dns; with more it pushes out no other value.",
    },
    txtMaxAgeSeconds: {
      toml: "txt_max_age",
      kind: duration(0, CENTURY_SECONDS),
      default: 0,
      description:
        "Age after which a value is no longer published, unless it is the newest. 0 keeps values for ever.",
    },
    ednsSizeOctets: {
      toml: "edns_size",
      kind: integer(512, 4096),
      default: 1232,
      description: "The longest answer over UDP, in octets. Longer ones are sent over TCP.",
    },
    tcpFirstMessageSeconds: {
      toml: "tcp_first_message_seconds",
      kind: duration(0, HOUR_SECONDS),
      default: 2,
      description:
        "How long a TCP connection may take to send its first query, in seconds. 0 is no limit.",
    },
    tcpIdleSeconds: {
      toml: "tcp_idle_seconds",
      kind: duration(0, HOUR_SECONDS),
      default: 8,
      description:
        "How long a TCP connection may be idle after its first query, or not read its answers, in seconds. 0 is no limit.",
    },
    tcpConnections: {
      toml: "tcp_connections",
      kind: count,
      default: 200,
      description:
        "TCP connections at once. One more closes the one that has been idle for longest. 0 is no limit.",
    },
    tcpConnectionsPerSource: {
      toml: "tcp_connections_per_source",
      kind: sourceLimit(20),
      default: "auto",
      description:
        'TCP connections at once from one source (an IPv4 address or an IPv6 /64). "auto" is 20, and no limit for this machine itself; a number holds for this machine too; 0 is no limit.',
    },
    rrlPerSecond: {
      toml: "rrl_per_second",
      kind: sourceLimit(20),
      default: "auto",
      description:
        'NXDOMAIN responses and errors a second, over UDP, to one network (an IPv4 /24 or an IPv6 /56), of each kind; 5 times as many NODATA and 100 times as many with data. More are cut short, so that resolvers ask again by TCP. "auto" is 20, and no limit for this machine itself; a number holds for this machine too; 0 is no limit.',
    },
    workers: {
      toml: "workers",
      kind: integer(0, 64),
      default: 0,
      description: "Threads that answer queries. 0 is one for each core, at most 4.",
    },
    io: {
      toml: "io",
      kind: oneOf(["auto", "dgram", "batch"]),
      default: "auto",
      description:
        "How UDP messages are read: one by one, in batches (Linux), or the best there is.",
    },
    nsid: {
      toml: "nsid",
      kind: shortText(MOST_NSID_OCTETS),
      default: "",
      description:
        'The name of this server in responses to queries that ask for it (RFC 5001), such as "ns1". "" for none.',
    },
    cookieSecretFile: {
      toml: "cookie_secret_file",
      kind: path,
      default: "",
      description:
        'A file of secrets for DNS cookies that several servers share (RFC 9018): 32 hexadecimal digits a line, the first one makes cookies, all of them check. It is read again every minute. "" is a random secret, kept in the database and replaced every day.',
    },
    caaApex: {
      toml: "caa_apex",
      kind: oneOf(["auto", "none"]),
      default: "auto",
      description: "auto publishes the CAA record that lets the API get its own certificate.",
    },
    caaDelegates: {
      toml: "caa_delegates",
      kind: oneOf(["none", "deny"]),
      default: "none",
      description: "deny publishes CAA records that forbid certificates for delegates themselves.",
    },
    secondaries: {
      toml: "secondaries",
      kind: textList,
      default: [],
      description: "Name servers that are notified and can transfer the zone.",
    },
    updateWaitSeconds: {
      toml: "update_wait",
      kind: duration(0, 5),
      default: 0,
      description: "How long an update waits for the secondaries. 0 is not at all.",
    },
  },
};

export interface NamingConfig {
  readonly default: "uuid" | "readable" | "readable-tenant";
  readonly tombstoneSeconds: number;
}

export const namingSection: Section<NamingConfig> = {
  toml: "naming",
  keys: {
    default: {
      toml: "default",
      kind: oneOf(["uuid", "readable", "readable-tenant"]),
      default: "uuid",
      description: "How new delegates are named: at random or after the customer's name.",
    },
    tombstoneSeconds: {
      toml: "tombstone",
      kind: duration(0, CENTURY_SECONDS),
      default: "400d",
      description: "How long the readable name of a deleted delegate is not given to others.",
    },
  },
};

/** Host names that are given out with a credential for certificates of their own: docs/instant-names.md. */
export interface InstantConfig {
  /** "auto" only until the values are complete: whether there is a domain. */
  readonly enabled: boolean | "auto";
  /** "" if there is none. */
  readonly domain: string;
  readonly a: string;
  /** "" if there is none. */
  readonly aaaa: string;
  readonly perHour: number;
  readonly perDay: number;
  readonly perWeek: number;
}

export const instantSection: Section<InstantConfig> = {
  toml: "instant",
  keys: {
    enabled: {
      toml: "enabled",
      kind: booleanOrAuto,
      default: "auto",
      description:
        'Hand out host names whose owners get certificates for them, by POST /api/v1/register. "auto" does if there is a domain for them.',
    },
    domain: {
      toml: "domain",
      kind: optional(domainName),
      default: "",
      description:
        "The zone of instant names: not in general.domain, and neither above nor below a zone that is. Its name server is that of general.nsname, or of the first zone.",
    },
    a: {
      toml: "a",
      kind: optional(ipv4Address),
      default: "127.0.0.1",
      description: 'The IPv4 address of all instant names. "" for none.',
    },
    aaaa: {
      toml: "aaaa",
      kind: optional(ipv6Address),
      default: "",
      description: 'The IPv6 address of all instant names. "" for none.',
    },
    perHour: {
      toml: "per_hour",
      kind: count,
      default: 100,
      description: "New instant names an hour. 0 is no limit.",
    },
    perDay: {
      toml: "per_day",
      kind: count,
      default: 250,
      description: "New instant names a day. 0 is no limit.",
    },
    perWeek: {
      toml: "per_week",
      kind: count,
      default: 1000,
      description: "New instant names a week. 0 is no limit.",
    },
  },
};
