import type { Section } from "./key.ts";
import {
  baseUrl,
  boolean,
  domainName,
  duration,
  headerName,
  ipAddress,
  networks,
  oneOf,
  optional,
  optionalPort,
  path,
  pathPrefix,
  port,
  text,
  textList,
  url,
} from "./value-kind.ts";

/** The HTTP API. Texts are "" if there is none. */
export interface ApiConfig {
  /** "" is every address of this host. */
  readonly ip: string;
  /** 0 lets the system choose a free port. */
  readonly port: number;
  /** An http or https URL without a final slash. */
  readonly baseUrl: string;
  /** "" or "/x/y". */
  readonly pathPrefix: string;
  readonly apiDomain: string;
  /** "closed" too if `disableRegistration` is set. */
  readonly registration: "open" | "token" | "closed";
  readonly disableRegistration: boolean;
  readonly registrationTokens: readonly string[];
  readonly registrationTokensFile: string;
  /** Addresses and networks; empty means any. */
  readonly registrationSources: readonly string[];
  /** Origins, with "*" as a wildcard; empty means none. */
  readonly corsOrigins: readonly string[];
  readonly useHeader: boolean;
  readonly headerName: string;
  /** Addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly secretFile: string;
  readonly tls: "none" | "cert" | "letsencrypt" | "letsencryptstaging" | "acme";
  readonly tlsCertPrivkey: string;
  readonly tlsCertFullchain: string;
  readonly tlsBootstrap: boolean;
  readonly acmeCacheDir: string;
  readonly acmeDirectory: string;
  readonly acmeCaFile: string;
  readonly acmeEabKid: string;
  readonly acmeEabKeyFile: string;
  readonly notificationEmail: string;
  /** 0 if there is none. */
  readonly autocertPort: number;
  readonly hstsEnabled: boolean;
  readonly hstsMaxAgeSeconds: number;
  readonly hstsIncludeSubdomains: boolean;
  readonly hstsPreload: boolean;
}

const TEN_YEARS_SECONDS = 315_360_000;

export const apiSection: Section<ApiConfig> = {
  toml: "api",
  keys: {
    ip: {
      toml: "ip",
      kind: optional(ipAddress),
      default: "127.0.0.1",
      description: 'The address of the HTTP API. "" is every address of this host.',
    },
    port: { toml: "port", kind: port, default: 8080, description: "The port of the HTTP API." },
    baseUrl: {
      toml: "base_url",
      kind: optional(baseUrl),
      default: "",
      description: "The URL under which clients reach the API. It is printed in instructions.",
      alias: "DNSVOUCH_URL",
    },
    pathPrefix: {
      toml: "path_prefix",
      kind: pathPrefix,
      default: "",
      description: "The API answers below this path as well as at the root.",
    },
    disableRegistration: {
      toml: "disable_registration",
      kind: boolean,
      default: false,
      description:
        'As registration = "closed": nobody can register any more; delegates that exist go on working.',
    },
    registration: {
      toml: "registration",
      kind: oneOf(["open", "token", "closed"]),
      default: "open",
      description:
        "Who can register: anybody, who has a token, or nobody but operators, whose tokens allow register and delegates (POST /api/v1/delegates).",
      alias: "DNSVOUCH_REGISTRATION",
    },
    registrationTokens: {
      toml: "registration_tokens",
      kind: textList,
      default: [],
      description: 'Tokens for registration = "token".',
      secret: true,
    },
    registrationTokensFile: {
      toml: "registration_tokens_file",
      kind: path,
      default: "",
      description: "A file with tokens for registration, one a line.",
    },
    registrationSources: {
      toml: "registration_sources",
      kind: networks,
      default: [],
      description:
        "Addresses and networks that can register, such as 10.0.0.0/8, operators among them. Empty means any.",
    },
    corsOrigins: {
      toml: "corsorigins",
      kind: textList,
      default: [],
      description: 'Web origins whose pages can call the API; "*" is any. Empty means none.',
    },
    useHeader: {
      toml: "use_header",
      kind: boolean,
      default: false,
      description: "Take the address of a client from header_name, which a proxy sets.",
    },
    headerName: {
      toml: "header_name",
      kind: headerName,
      default: "X-Forwarded-For",
      description: "The header with the address of the client, for use_header.",
    },
    trustedProxies: {
      toml: "trusted_proxies",
      kind: networks,
      default: [],
      description: "Addresses and networks of the proxies whose header is believed.",
      alias: "DNSVOUCH_TRUSTED_PROXIES",
    },
    secretFile: {
      toml: "secret_file",
      kind: path,
      default: "",
      description: "A file with the secret that signs what the API hands out.",
    },
    tls: {
      toml: "tls",
      kind: oneOf(["none", "cert", "letsencrypt", "letsencryptstaging", "acme"]),
      default: "none",
      description:
        "The certificate of the API: none (plain HTTP), cert (from files), or one that the server gets by ACME itself.",
    },
    tlsCertPrivkey: {
      toml: "tls_cert_privkey",
      kind: path,
      default: "",
      description: 'The file of the private key for tls = "cert", in PEM.',
    },
    tlsCertFullchain: {
      toml: "tls_cert_fullchain",
      kind: path,
      default: "",
      description: 'The file of the certificate and its chain for tls = "cert", in PEM.',
    },
    tlsBootstrap: {
      toml: "tls_bootstrap",
      kind: boolean,
      default: false,
      description: "Serve a self-signed certificate until the first one by ACME is there.",
    },
    apiDomain: {
      toml: "api_domain",
      kind: optional(domainName),
      default: "",
      description:
        'The host name of the API for its certificate. "" is the first of general.domain.',
    },
    acmeCacheDir: {
      toml: "acme_cache_dir",
      kind: path,
      default: "api-certs",
      description: "The folder for the account and the certificates of the API.",
    },
    notificationEmail: {
      toml: "notification_email",
      kind: text,
      default: "",
      description: "The contact of the ACME account of the API.",
    },
    acmeDirectory: {
      toml: "acme_directory",
      kind: optional(url),
      default: "",
      description: 'The directory URL of the CA for tls = "acme".',
    },
    acmeCaFile: {
      toml: "acme_ca_file",
      kind: path,
      default: "",
      description: "A file with root certificates to trust when talking to the CA, in PEM.",
    },
    acmeEabKid: {
      toml: "acme_eab_kid",
      kind: text,
      default: "",
      description: "The key identifier of external account binding, if the CA wants it.",
    },
    acmeEabKeyFile: {
      toml: "acme_eab_key_file",
      kind: path,
      default: "",
      description: "A file with the key of external account binding.",
    },
    autocertPort: {
      toml: "autocert_port",
      kind: optionalPort,
      default: "",
      description: "Accepted for acme-dns v1. It has no effect: certificates come by DNS-01.",
    },
    hstsEnabled: {
      toml: "hsts_enabled",
      kind: boolean,
      default: false,
      description: "Send the header Strict-Transport-Security (HSTS).",
    },
    hstsMaxAgeSeconds: {
      toml: "hsts_max_age",
      kind: duration(0, TEN_YEARS_SECONDS),
      default: "365d",
      description: "max-age of HSTS: how long browsers insist on HTTPS.",
    },
    hstsIncludeSubdomains: {
      toml: "hsts_include_subdomains",
      kind: boolean,
      default: false,
      description: "includeSubDomains of HSTS.",
    },
    hstsPreload: {
      toml: "hsts_preload",
      kind: boolean,
      default: false,
      description: "preload of HSTS.",
    },
  },
};
