import type { Section } from "./key.ts";
import type { ListenAddress } from "./listen-address.ts";
import {
  addressesAndNames,
  boolean,
  duration,
  integer,
  networks,
  oneOf,
  resolvers,
} from "./value-kind.ts";

const CENTURY_SECONDS = 3_153_600_000;

/** This machine and private networks: RFC 1122 section 3.2.1.3, RFC 1918, RFC 4193, RFC 4291. */
const HERE_AND_PRIVATE = [
  "127.0.0.0/8",
  "::1/128",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

/** How the CNAMEs of customers are checked. */
export interface ChecksConfig {
  readonly intervalSeconds: number;
  /** Empty: those of the system. */
  readonly resolvers: readonly ListenAddress[];
  readonly confirmations: number;
  readonly staleAfterSeconds: number;
  readonly edgeTargets: readonly string[];
  readonly tlsProbe: boolean;
  readonly allowPrivate: boolean;
  /** Addresses and networks. */
  readonly askSources: readonly string[];
}

export const checksSection: Section<ChecksConfig> = {
  toml: "checks",
  keys: {
    intervalSeconds: {
      toml: "interval",
      kind: duration(60, CENTURY_SECONDS),
      default: "6h",
      description: "How often a host name that works is checked again.",
    },
    resolvers: {
      toml: "resolvers",
      kind: resolvers,
      default: [],
      description:
        "Resolvers to ask what others see of a CNAME, before those of the system. For accounts of lego's storage they are asked alone.",
    },
    confirmations: {
      toml: "confirmations",
      kind: integer(1, 10),
      default: 2,
      description:
        "How many checks in a row must pass, a minute apart, before a host name is ready.",
    },
    staleAfterSeconds: {
      toml: "stale_after",
      kind: duration(1, CENTURY_SECONDS),
      default: "75d",
      description: "A host name without an update for so long is stale.",
    },
    edgeTargets: {
      toml: "edge_targets",
      kind: addressesAndNames,
      default: [],
      description:
        "Addresses, networks and names that host names point to when traffic comes to you.",
    },
    tlsProbe: {
      toml: "tls_probe",
      kind: boolean,
      default: false,
      description: "Look at the certificate that a host name serves, too.",
    },
    allowPrivate: {
      toml: "allow_private",
      kind: boolean,
      default: false,
      description:
        "Ask name servers at private and reserved addresses, too, and at those of this server itself.",
    },
    askSources: {
      toml: "ask_sources",
      kind: networks,
      default: HERE_AND_PRIVATE,
      description:
        "Addresses and networks that /api/v1/tls-ask answers. A client elsewhere needs a token in the path.",
    },
  },
};

/** What happens to the delegates of customers that leave. */
export interface PolicyConfig {
  readonly offboardAction: "notify" | "lock" | "none";
  readonly offboardAfterSeconds: number;
  readonly neverPointedAfterSeconds: number;
  readonly approval: "none" | "manual";
}

export const policySection: Section<PolicyConfig> = {
  toml: "policy",
  keys: {
    offboardAction: {
      toml: "offboard_action",
      kind: oneOf(["notify", "lock", "none"]),
      default: "notify",
      description:
        "What to do when the traffic of a host name goes elsewhere: an event, an event and its delegate locked, nothing.",
    },
    offboardAfterSeconds: {
      toml: "offboard_after",
      kind: duration(0, CENTURY_SECONDS),
      default: "72h",
      description:
        "How long the traffic of a host name must have gone elsewhere, seen three times, for offboard_action.",
    },
    neverPointedAfterSeconds: {
      toml: "never_pointed_after",
      kind: duration(0, CENTURY_SECONDS),
      default: "90d",
      description: "A delegate that no CNAME has pointed to for so long is reported.",
    },
    approval: {
      toml: "approval",
      kind: oneOf(["none", "manual"]),
      default: "none",
      description: "manual: a new delegate works only after an administrator has approved it.",
    },
  },
};
