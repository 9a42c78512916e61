import { keysByPath } from "./config.ts";
import { whyValueIsNotBuilt } from "./not-built-yet.ts";
import { shownValue, toToml } from "./shown-settings.ts";
import { readTomlFile } from "./toml-source.ts";

/** What becomes of a key of acme-dns's config.cfg in a server that reads the same file. */
export interface AcmeDnsKey {
  readonly path: string;
  /** In TOML, without secrets. */
  readonly value: string;
  readonly outcome: "mapped" | "ignored" | "refused";
  /** Of what is not mapped, and where another name is better. */
  readonly why: string | undefined;
}

export interface AcmeDnsConfig {
  /** `database.engine` and `.connection` as they stand in the file. */
  readonly engine: string | undefined;
  readonly connection: string | undefined;
  readonly keys: readonly AcmeDnsKey[];
}

/** Keys whose work is done by another one, or by nothing here. */
const IGNORED: Readonly<Record<string, string>> = {
  "general.debug": "logconfig.loglevel decides what is logged",
  "api.autocert_port": "certificates come by DNS-01",
  "api.tls_cert_privkey": "api.tls is not there yet",
  "api.tls_cert_fullchain": "api.tls is not there yet",
  "api.acme_cache_dir": "api.tls is not there yet",
  "api.notification_email": "api.tls is not there yet",
  "database.engine": "it was that of acme-dns: dnsvouch has a database of its own",
  "database.connection": "it was that of acme-dns: dnsvouch has a database of its own",
};

/** Where something differs all the same. */
const NOTES: Readonly<Record<string, string>> = {
  "api.use_header":
    "the header counts from proxies alone: from this machine and private addresses, unless api.trusted_proxies says which they are",
  "general.records": "records of other zones, and SOA records, are not served",
  "general.txt_limit": "dns.txt_slots is its name here",
};

/** The file as it is, without the environment. Throws ConfigError if it cannot be read. */
export function readAcmeDnsConfig(file: string, cwd: string): AcmeDnsConfig {
  const { settings } = readTomlFile(file, cwd);
  const textAt = (path: string): string | undefined => {
    const value = settings.get(path)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const keys = [...settings].map(([path, { value }]): AcmeDnsKey => {
    const key = keysByPath.get(path);
    const shown = key === undefined ? "" : toToml(shownValue(key, value));
    return { path, value: shown, ...outcomeOf(path, value) };
  });
  return { engine: textAt("database.engine"), connection: textAt("database.connection"), keys };
}

function outcomeOf(path: string, value: unknown): Pick<AcmeDnsKey, "outcome" | "why"> {
  const ignored = IGNORED[path];
  if (ignored !== undefined) return { outcome: "ignored", why: ignored };
  const notBuilt = whyValueIsNotBuilt(path, value);
  if (notBuilt === undefined) {
    return { outcome: "mapped", why: value === false ? undefined : NOTES[path] };
  }
  return { outcome: notBuilt.isRefused ? "refused" : "ignored", why: notBuilt.why };
}
