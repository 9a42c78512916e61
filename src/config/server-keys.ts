import type { Section } from "./key.ts";
import type { DnsProtocol, ListenAddress } from "./listen-address.ts";
import {
  boolean,
  count,
  dnsProtocol,
  domainName,
  domainNames,
  integer,
  ipv4Address,
  ipv6Address,
  lines,
  listenAddresses,
  mailboxName,
  oneOf,
  optional,
  path,
  text,
} from "./value-kind.ts";

/** Most values that a delegate can publish at once; clients need two (apex and wildcard). */
export const MOST_TXT_SLOTS = 20;

export interface GeneralConfig {
  /** At least one; all of the family that `protocol` asks for. */
  readonly listen: readonly ListenAddress[];
  readonly protocol: DnsProtocol;
  /** The apexes of the zones, all different, lower case without the final dot, as all names here. */
  readonly domains: readonly [first: string, ...others: string[]];
  /** For all zones; "" is the apex of each. Use `zones`, which have it filled in. */
  readonly nsname: string;
  /** For all zones, in presentation format; "" is hostmaster of each. Use `zones`. */
  readonly nsadmin: string;
  /** Static records as they were written, not parsed. */
  readonly records: readonly string[];
  readonly debug: boolean;
  /** "" if there is none. */
  readonly publicIp: string;
  /** "" if there is none. */
  readonly publicIp6: string;
  /** 0 if not set. Use `dns.txtSlots`, which takes it into account. */
  readonly txtLimit: number;
}

export const generalSection: Section<GeneralConfig> = {
  toml: "general",
  keys: {
    domains: {
      toml: "domain",
      kind: domainNames,
      default: "auth.example.org",
      description:
        'The zone that this server answers for, or a list of zones such as ["auth.example.org", "auth.example.net"]. Delegates are names right below it; new ones are in the first zone.',
      alias: "DNSVOUCH_DOMAIN",
    },
    listen: {
      toml: "listen",
      kind: listenAddresses(53),
      default: "127.0.0.1:5300",
      description:
        'Addresses for DNS, one or a list. ":53" is every address of this host; without a port, 53 is meant.',
      alias: "DNSVOUCH_LISTEN",
    },
    publicIp: {
      toml: "public_ip",
      kind: optional(ipv4Address),
      default: "",
      description:
        "The IPv4 address under which others reach this server, such as 198.51.100.1. NS and A are made of it.",
      alias: "DNSVOUCH_PUBLIC_IP",
    },
    publicIp6: {
      toml: "public_ip6",
      kind: optional(ipv6Address),
      default: "",
      description:
        "The IPv6 address under which others reach this server. NS and AAAA are made of it.",
      alias: "DNSVOUCH_PUBLIC_IP6",
    },
    protocol: {
      toml: "protocol",
      kind: dnsProtocol,
      default: "both",
      description: "DNS over UDP, TCP or both; with 4 or 6 at the end over IPv4 or IPv6 only.",
    },
    nsname: {
      toml: "nsname",
      kind: optional(domainName),
      default: "",
      description:
        'The name of this name server in the SOA record of every zone. "" is the zone itself.',
    },
    nsadmin: {
      toml: "nsadmin",
      kind: optional(mailboxName),
      default: "",
      description:
        'The mail address of the administrator of every zone. "" is hostmaster at the zone.',
    },
    records: {
      toml: "records",
      kind: lines,
      default: [],
      description:
        'More records of the zones, each as a line of a zone file: "www.auth.example.org. A 198.51.100.1". Names without the final dot are relative to the first zone, unless they end in one of the zones.',
    },
    debug: {
      toml: "debug",
      kind: boolean,
      default: false,
      description: "Accepted for acme-dns; logconfig.loglevel decides what is logged.",
    },
    txtLimit: {
      toml: "txt_limit",
      kind: integer(0, MOST_TXT_SLOTS),
      default: 0,
      description: "Another name of dns.txt_slots, from acme-dns v2. 0 means not set.",
    },
  },
};

export interface DatabaseConfig {
  readonly engine: "sqlite" | "postgres";
  /** A file, relative to the working directory, or a `postgres://` URL. */
  readonly connection: string;
}

export const databaseSection: Section<DatabaseConfig> = {
  toml: "database",
  keys: {
    engine: {
      toml: "engine",
      kind: oneOf(["sqlite", "postgres"], { sqlite3: "sqlite" }),
      default: "sqlite",
      description:
        "Where delegates are kept: a file, or a PostgreSQL server. sqlite3 means sqlite.",
    },
    connection: {
      toml: "connection",
      kind: { ...text, allowed: "a file, or a postgres:// URL", example: '"data/dnsvouch.db"' },
      default: "data/dnsvouch.db",
      description: "The SQLite file, relative to the working directory, or a postgres:// URL.",
      alias: "DNSVOUCH_DB",
      secret: "in URLs",
    },
  },
};

export interface LogConfig {
  readonly level: "error" | "warning" | "info" | "debug";
  readonly type: "stdout" | "file";
  /** "" if there is none; never if `type` is "file". */
  readonly file: string;
  /** "auto": text on a terminal, else JSON. */
  readonly format: "auto" | "json" | "text";
  /** One query in so many is logged; 0: none. */
  readonly queryEvery: number;
}

export const logSection: Section<LogConfig> = {
  toml: "logconfig",
  keys: {
    level: {
      toml: "loglevel",
      kind: oneOf(["error", "warning", "info", "debug"], { warn: "warning" }),
      default: "info",
      description: "The least important messages that are logged.",
      alias: "DNSVOUCH_LOG_LEVEL",
    },
    type: {
      toml: "logtype",
      kind: oneOf(["stdout", "file"]),
      default: "stdout",
      description: "Log to standard output or to logfile.",
      alias: "DNSVOUCH_LOG_TYPE",
    },
    file: {
      toml: "logfile",
      kind: path,
      default: "",
      description: 'The file to log to if logtype is "file".',
      alias: "DNSVOUCH_LOG_FILE",
    },
    format: {
      toml: "logformat",
      kind: oneOf(["auto", "json", "text"]),
      default: "auto",
      description: "JSON lines or text. auto is text on a terminal, else JSON.",
      alias: "DNSVOUCH_LOG_FORMAT",
    },
    queryEvery: {
      toml: "query_log_every",
      kind: count,
      default: 0,
      description:
        "Log one DNS query in so many, with the address of the client, at most 100 a second of each thread. 1 is every query, 0 none.",
    },
  },
};
