import type { Config } from "../config/config.ts";
import {
  type ClientAccount,
  formatAccount,
  NO_DOMAIN,
  type Purpose,
} from "../snippet/client-formats.ts";
import { usageOf } from "../snippet/client-usage.ts";
import type { ClientFormat } from "../snippet/words.ts";
import { certificateName } from "./certificate-name.ts";
import { apiUrl } from "./reach.ts";

/** For commands that print a delegate for its client. */
export interface ExportOptions {
  readonly format?: ClientFormat;
  /** Of the certificate. */
  readonly domain?: string;
  readonly staging?: boolean;
}

export interface ExportedDelegate {
  readonly fulldomain: string;
  readonly username: string;
  /** Undefined: it is not known any more. */
  readonly password: string | undefined;
  readonly allowfrom: readonly string[];
}

/** Prints it as its client reads it, and how that is used on standard error. Throws CommandError for a domain that is none. */
export function printForClient(
  config: Config,
  delegate: ExportedDelegate,
  format: ClientFormat,
  { domain: given, staging }: ExportOptions,
): void {
  const { fulldomain } = delegate;
  const [subdomain = "", ...zone] = fulldomain.split(".");
  const server = config.api.baseUrl || apiUrl(config);
  const account: ClientAccount = { ...delegate, subdomain, server };
  const isInstant = config.zones.some((each) => each.isInstant && each.domain === zone.join("."));
  // The certificate of an instant name is for itself, and for all below.
  const usual = isInstant ? fulldomain : NO_DOMAIN;
  const domain = given === undefined ? usual : certificateName(given);
  const isWildcard = given === undefined ? isInstant : given.startsWith("*.");
  const ca = staging === true ? "staging" : "production";
  const purpose: Purpose = { domain, ca, isWildcard };
  process.stdout.write(formatAccount(format, account, purpose));
  const lines = usageOf(format, { ...purpose, server, file: "FILE" });
  for (const line of lines) process.stderr.write(`${line}\n`);
}
