import { registrableName } from "../check/public-suffix.ts";
import { ownerForms } from "../check/record-forms.ts";
import { loadConfig } from "../config/load-config.ts";
import {
  accountEntry,
  challengeName,
  formatAccount,
  isMapFormat,
  NO_DOMAIN,
  type Purpose,
  type Registration,
} from "../snippet/client-formats.ts";
import { usageOf } from "../snippet/client-usage.ts";
import type { ClientFormat } from "../snippet/words.ts";
import { certificateName } from "./certificate-name.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { CONFIGURATION, CommandError, FINISHED, OUTSIDE } from "./exit.ts";
import { type PrivateFile, preparePrivateFile } from "./private-file.ts";
import { apiUrl } from "./reach.ts";
import { requestRegistration } from "./register-request.ts";

export interface RegisterOptions extends CommonOptions {
  readonly server?: string;
  readonly token?: string;
  readonly allow?: readonly string[];
  readonly format?: ClientFormat;
  readonly out?: string;
  readonly staging?: boolean;
}

/** Formats that say nothing of the domain. */
const WITHOUT_DOMAIN: readonly ClientFormat[] = ["json", "env", "certify"];

/** Registers over HTTP, also with an acme-dns, and prints or writes what a client needs. Returns the exit code. */
export async function registerCommand(
  given: string | undefined,
  options: RegisterOptions,
  env: Environment,
): Promise<number> {
  const { token, allow = [], json, out } = options;
  const format = json === true ? "json" : options.format;
  const domain = given === undefined ? undefined : certificateName(given);
  if (domain === undefined && format !== undefined && !WITHOUT_DOMAIN.includes(format)) {
    throw new CommandError(
      CONFIGURATION,
      `--format ${format} is about a domain: dnsvouch register www.example.com --format ${format}`,
    );
  }
  const server = serverUrl(options, env);
  const file = out === undefined ? undefined : preparePrivateFile(out);
  try {
    const entries = file && refuseOverwriting(file, out ?? "", format, domain);
    const registration = await requestRegistration({ server, token, allow });
    const ca = options.staging === true ? "staging" : "production";
    const isWildcard = given?.startsWith("*.");
    const purpose: Purpose = { domain: domain ?? NO_DOMAIN, ca, isWildcard };
    const text = textFor(registration, format, purpose, entries);
    if (file === undefined) process.stdout.write(text);
    else complete(file, out ?? "", text);
    explain(registration, format, domain, out);
    tellUsage(registration, format, purpose, out);
    return FINISHED;
  } catch (error) {
    file?.abandon();
    throw error;
  }
}

function serverUrl({ server, config: file }: RegisterOptions, env: Environment): URL {
  if (server === undefined) {
    const config = loadConfig({ file, env });
    return new URL(config.api.baseUrl || apiUrl(config));
  }
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new CommandError(
    CONFIGURATION,
    `--server ${server} is no http or https URL; for example https://auth.example.org`,
  );
}

type Entries = Readonly<Record<string, unknown>>;

/** What is in the file already and stays. A credential that is overwritten is lost: nobody else has it. */
function refuseOverwriting(
  { before }: PrivateFile,
  out: string,
  format: ClientFormat | undefined,
  domain: string | undefined,
): Entries | undefined {
  if (before === undefined || before.trim() === "") return undefined;
  if (format === undefined || !isMapFormat(format)) {
    throw new CommandError(CONFIGURATION, `--out ${out} is there already; choose another file`);
  }
  const entries = parseMap(before);
  if (entries === undefined) {
    throw new CommandError(
      CONFIGURATION,
      `--out ${out} is there already, and it is no file of accounts by domain; choose another file`,
    );
  }
  if (domain !== undefined && Object.hasOwn(entries, domain)) {
    throw new CommandError(
      CONFIGURATION,
      `--out ${out} has an account for ${domain} already; remove it from there, or choose another file`,
    );
  }
  return entries;
}

function parseMap(text: string): Entries | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function textFor(
  registration: Registration,
  format: ClientFormat | undefined,
  purpose: Purpose,
  entries: Entries | undefined,
): string {
  if (format === undefined) return plainText(registration);
  const entry = accountEntry(format, registration);
  if (entry === undefined) return formatAccount(format, registration, purpose);
  return `${JSON.stringify({ ...entries, [purpose.domain]: entry }, null, 2)}\n`;
}

function tellUsage(
  { server }: Registration,
  format: ClientFormat | undefined,
  purpose: Purpose,
  out: string | undefined,
): void {
  const lines = usageOf(format, { ...purpose, server, file: out ?? "FILE" });
  for (const line of lines) process.stderr.write(`${line}\n`);
}

function plainText({ username, password, fulldomain, subdomain, server }: Registration): string {
  return [
    `server      ${server}`,
    `fulldomain  ${fulldomain}`,
    `subdomain   ${subdomain}`,
    `username    ${username}`,
    `password    ${password}`,
    "",
  ].join("\n");
}

/** What was registered cannot be asked for again: if the file cannot be written after all, it is printed. */
function complete(file: PrivateFile, out: string, text: string): void {
  try {
    file.complete(text);
  } catch (error) {
    process.stdout.write(text);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      OUTSIDE,
      `--out ${out} could not be written: ${reason}; what belongs there was printed instead: keep it`,
    );
  }
}

/** What is to be done with it, on standard error: standard output may go into a file. */
function explain(
  registration: Registration,
  format: ClientFormat | undefined,
  domain: string | undefined,
  out: string | undefined,
): void {
  const { fulldomain } = registration;
  const lines = [
    out === undefined
      ? "The password is shown this once: keep it."
      : `written to ${out}, for this user alone`,
  ];
  if (format === "zone") lines.push(plainText(registration).trimEnd());
  if (domain === undefined) {
    lines.push(`Create a CNAME from _acme-challenge.<your domain> to ${fulldomain}`);
  } else {
    const zone = registrableName(domain);
    const { relative } = ownerForms(challengeName(domain).slice(0, -1), zone);
    lines.push(
      `Create at the DNS host of ${zone} (nothing else may be at that name; where ${zone} is added by itself, enter ${relative}):`,
      `  ${challengeName(domain)}  CNAME  ${fulldomain}.`,
      `See whether it is right: dnsvouch check ${domain} --delegate ${fulldomain}`,
      "So that no other ACME account can use the delegate (RFC 8657), with the account's own URL:",
      `  ${domain}.  CAA  0 issue "letsencrypt.org; accounturi=<URL of your account>; validationmethods=dns-01"`,
    );
  }
  process.stderr.write(`${lines.join("\n")}\n`);
}
