import type { Section } from "./key.ts";
import type { ListenAddress } from "./listen-address.ts";
import {
  boolean,
  count,
  duration,
  integer,
  optional,
  optionalListenAddress,
  path,
  type SourceLimit,
  sourceLimit,
  text,
  url,
} from "./value-kind.ts";

const CENTURY_SECONDS = 3_153_600_000;

export interface MetricsConfig {
  /** undefined: off. */
  readonly listen: ListenAddress | undefined;
  /** "" if there is none. */
  readonly tokenFile: string;
  readonly perDelegate: boolean;
}

export const metricsSection: Section<MetricsConfig> = {
  toml: "metrics",
  keys: {
    listen: {
      toml: "listen",
      kind: optionalListenAddress(9153),
      default: "127.0.0.1:9153",
      description: 'The address of the Prometheus metrics. "" is off.',
    },
    tokenFile: {
      toml: "token_file",
      kind: path,
      default: "",
      description: "A file with the token that a reader of the metrics must send.",
    },
    perDelegate: {
      toml: "per_delegate",
      kind: boolean,
      default: false,
      description: "Count for each delegate, too.",
    },
  },
};

/** Bounds of the HTTP API. 0 is no limit. */
export interface LimitsConfig {
  readonly registerPerSourcePerHour: number;
  readonly registerPerDay: number;
  readonly authFailuresPerSourcePerMinute: number;
  readonly v1PerTokenPerMinute: number;
  readonly bcryptQueue: number;
  readonly bodyOctets: number;
  readonly httpConnections: number;
  readonly httpConnectionsPerSource: SourceLimit;
}

export const limitsSection: Section<LimitsConfig> = {
  toml: "limits",
  keys: {
    bodyOctets: {
      toml: "body_bytes",
      kind: count,
      default: 8192,
      description: "The longest request body, in bytes. 0 is no limit.",
    },
    registerPerSourcePerHour: {
      toml: "register_per_source_per_hour",
      kind: count,
      default: 30,
      description:
        "Registrations an hour from one source (an IPv4 address or an IPv6 /64), but for operators' tokens. 0 is no limit.",
    },
    registerPerDay: {
      toml: "register_per_day",
      kind: count,
      default: 1000,
      description:
        "Registrations a day from all sources, but for operators' tokens. 0 is no limit.",
    },
    authFailuresPerSourcePerMinute: {
      toml: "auth_failures_per_source_per_minute",
      kind: count,
      default: 10,
      description: "Updates a minute with wrong credentials from one source. 0 is no limit.",
    },
    v1PerTokenPerMinute: {
      toml: "v1_per_token_per_minute",
      kind: count,
      default: 1200,
      description: "Requests of one token to the API under /api/v1 in a minute. 0 is no limit.",
    },
    bcryptQueue: {
      toml: "bcrypt_queue",
      kind: count,
      default: 32,
      description:
        "Requests that may wait for bcrypt: checks of keys imported from acme-dns, and passwords of the portal. 0 is no limit.",
    },
    httpConnections: {
      toml: "http_connections",
      kind: count,
      default: 1000,
      description: "HTTP connections at once. 0 is no limit.",
    },
    httpConnectionsPerSource: {
      toml: "http_connections_per_source",
      kind: sourceLimit(50),
      default: "auto",
      description:
        'HTTP connections at once from one source. "auto" is 50, and no limit for this machine itself; a number holds for this machine too; 0 is no limit. There is none for api.trusted_proxies.',
    },
  },
};

/** Where messages go. "" is off. */
export interface NotifyConfig {
  readonly webhook: string;
  readonly ntfy: string;
  readonly smtp: string;
}

export const notifySection: Section<NotifyConfig> = {
  toml: "notify",
  keys: {
    webhook: {
      toml: "webhook",
      kind: optional(url),
      default: "",
      description: 'A URL that every event is posted to. "" is off.',
      secret: true,
    },
    ntfy: {
      toml: "ntfy",
      kind: optional(url),
      default: "",
      description: 'The URL of an ntfy topic that gets messages. "" is off.',
      secret: true,
    },
    smtp: {
      toml: "smtp",
      kind: text,
      default: "",
      description: 'The URL of a mail server for messages. "" is off.',
      secret: true,
    },
  },
};

export interface CtConfig {
  /** "" is off. */
  readonly url: string;
}

export const ctSection: Section<CtConfig> = {
  toml: "ct",
  keys: {
    url: {
      toml: "url",
      kind: optional(url),
      default: "",
      description: 'A certificate transparency search to watch for certificates. "" is off.',
    },
  },
};

export interface BackupConfig {
  /** "" is off. */
  readonly dir: string;
  readonly everySeconds: number;
  readonly keep: number;
}

export const backupSection: Section<BackupConfig> = {
  toml: "backup",
  keys: {
    dir: {
      toml: "dir",
      kind: path,
      default: "",
      description: 'A folder for backups of the database. "" is off.',
    },
    everySeconds: {
      toml: "every",
      kind: duration(60, CENTURY_SECONDS),
      default: "24h",
      description: "How often a backup is made.",
    },
    keep: {
      toml: "keep",
      kind: integer(1, 10_000),
      default: 7,
      description: "How many backups are kept.",
    },
  },
};

export interface AuditConfig {
  readonly maxDays: number;
  readonly maxMib: number;
}

export const auditSection: Section<AuditConfig> = {
  toml: "audit",
  keys: {
    maxDays: {
      toml: "max_days",
      kind: count,
      default: 90,
      description: "How many days the audit trail is kept. 0 is no limit.",
    },
    maxMib: {
      toml: "max_mib",
      kind: count,
      default: 256,
      description: "How large the audit trail may become, in MiB. 0 is no limit.",
    },
  },
};

/** lego's HTTP storage. "" is off. */
export interface LegoStorageConfig {
  readonly tokenFile: string;
  readonly keyFile: string;
}

export const legoStorageSection: Section<LegoStorageConfig> = {
  toml: "lego_storage",
  keys: {
    tokenFile: {
      toml: "token_file",
      kind: path,
      default: "",
      description:
        "A file with the tokens of those who can store lego's accounts here, one a line. Each sees only what was stored with it; a token that is replaced is another one, without them.",
    },
    keyFile: {
      toml: "key_file",
      kind: path,
      default: "",
      description:
        "A file with the key that these accounts are encrypted with: 32 octets as 64 hexadecimal digits or in base64. Keys in further lines open what was encrypted with them before.",
    },
  },
};
