/** What ACME clients keep of a delegate, each in its own form; see docs/clients. */
import type { CaChoice, ClientFormat } from "./words.ts";

/** A delegate and how it is written. */
export interface ClientAccount {
  readonly username: string;
  /** Undefined: nobody knows it any more, since it was shown when it was made. */
  readonly password: string | undefined;
  readonly fulldomain: string;
  readonly subdomain: string;
  readonly allowfrom: readonly string[];
  /** The URL of the API without a final slash. */
  readonly server: string;
}

/** What /register has answered, and where. */
export interface Registration extends ClientAccount {
  readonly password: string;
}

/** What a text is about, besides the account. */
export interface Purpose {
  /** Without a wildcard; NO_DOMAIN where none was given. */
  readonly domain: string;
  readonly ca: CaChoice;
  /** Whether the certificate is for all names right below the domain, too. */
  readonly isWildcard?: boolean | undefined;
}

/** What stands where a domain has to be filled in. */
export const NO_DOMAIN = "YOUR-DOMAIN";
/** What stands where a password has to be filled in. */
export const NO_PASSWORD = "PASSWORD-SHOWN-WHEN-IT-WAS-MADE";

/** Let's Encrypt's directories; other authorities have theirs. */
const DIRECTORIES: Readonly<Record<CaChoice, string>> = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

export function directoryOf(ca: CaChoice): string {
  return DIRECTORIES[ca];
}

/** What a certificate is ordered for: nobody gets one for other names than they have asked for. */
export function orderedNames({
  domain,
  isWildcard,
}: Pick<Purpose, "domain" | "isWildcard">): string[] {
  return isWildcard === true ? [domain, `*.${domain}`] : [domain];
}

/** As a shell takes them, each behind an option; a `*` must not become the names of files. */
export function nameOptions(purpose: Pick<Purpose, "domain" | "isWildcard">): string {
  const quoted = (name: string): string => (name.startsWith("*") ? `'${name}'` : name);
  return orderedNames(purpose)
    .map((name) => `-d ${quoted(name)}`)
    .join(" ");
}

/** As clients read it: acme-dns-auth.py and pyacmedns keep the answer as it is. */
function answer(account: ClientAccount): object {
  const { username, password = NO_PASSWORD, fulldomain, subdomain, allowfrom } = account;
  return { username, password, fulldomain, subdomain, allowfrom };
}

/** lego, Traefik, Caddy's libdns/acmedns and acme-dns-client read `server_url`, too. */
function storedAccount(account: ClientAccount): object {
  const { username, password = NO_PASSWORD, fulldomain, subdomain, server } = account;
  return { username, password, fulldomain, subdomain, server_url: server };
}

/** The entry of a domain, for formats that are maps by domain; undefined for others. */
export function accountEntry(format: ClientFormat, account: ClientAccount): object | undefined {
  if (format === "certbot") return answer(account);
  const isMap = format === "lego" || format === "traefik" || format === "caddy";
  return isMap ? storedAccount(account) : undefined;
}

/** Whether a file of that format holds accounts by domain. */
export function isMapFormat(format: ClientFormat): boolean {
  return ["lego", "traefik", "caddy", "certbot"].includes(format);
}

/** The whole text of a format; a file of a map has other entries besides. */
export function formatAccount(
  format: ClientFormat,
  account: ClientAccount,
  purpose: Purpose,
): string {
  const entry = accountEntry(format, account);
  if (entry !== undefined) return `${JSON.stringify({ [purpose.domain]: entry }, null, 2)}\n`;
  switch (format) {
    case "acme.sh":
      return acmeSh(account, purpose);
    case "env":
      return env(account, purpose);
    case "zone":
      return lines(`${challengeName(purpose.domain)} 3600 IN CNAME ${account.fulldomain}.`);
    case "terraform":
      return terraform(account, purpose);
    case "cert-manager":
      return certManager(account, purpose);
    case "posh-acme":
      return poshAcme(account, purpose);
    default:
      // Certify's field "credentials JSON" is the answer, too.
      return `${JSON.stringify(answer(account))}\n`;
  }
}

/** RFC 8555 section 8.4: where the CA looks, a wildcard at the name itself. */
export function challengeName(domain: string): string {
  return `_acme-challenge.${domain}.`;
}

function acmeSh(account: ClientAccount, purpose: Purpose): string {
  const { username, password = NO_PASSWORD, subdomain, server } = account;
  const authority = purpose.ca === "staging" ? "letsencrypt_test" : "letsencrypt";
  return lines(
    `export ACMEDNS_BASE_URL="${server}"`,
    `export ACMEDNS_USERNAME="${username}"`,
    `export ACMEDNS_PASSWORD="${password}"`,
    `export ACMEDNS_SUBDOMAIN="${subdomain}"`,
    `# acme.sh --issue --server ${authority} --dns dns_acmedns ${nameOptions(purpose)}`,
  );
}

function env(account: ClientAccount, { ca }: Purpose): string {
  const { username, password = NO_PASSWORD, subdomain, fulldomain, server } = account;
  return lines(
    `ACME_DNS_URL=${server}`,
    `ACME_DNS_USERNAME=${username}`,
    `ACME_DNS_PASSWORD=${password}`,
    `ACME_DNS_SUBDOMAIN=${subdomain}`,
    `ACME_DNS_FULLDOMAIN=${fulldomain}`,
    `ACME_DIRECTORY_URL=${directoryOf(ca)}`,
  );
}

/** For the provider hashicorp/dns, as dnsvouch records --format terraform; the fields are those of others, too. */
function terraform({ fulldomain }: ClientAccount, { domain }: Purpose): string {
  const id = domain.replaceAll(/[^A-Za-z0-9]/g, "_");
  return lines(
    `resource "dns_cname_record" "acme_challenge_${id}" {`,
    `  zone  = "${domain}." # the zone that ${domain} is in: shorten it, and lengthen the name`,
    '  name  = "_acme-challenge"',
    `  cname = "${fulldomain}."`,
    "  ttl   = 3600",
    "}",
  );
}

/** Values of a registration are subdomain, user, password and full name, in this order. */
function poshAcme(account: ClientAccount, purpose: Purpose): string {
  const { domain, ca } = purpose;
  const { username, password = NO_PASSWORD, fulldomain, subdomain, server } = account;
  const { host, pathname, protocol } = new URL(server);
  const values = [subdomain, username, password, fulldomain].map((text) => `'${text}'`).join(", ");
  const names = orderedNames(purpose)
    .map((name) => `'${name}'`)
    .join(", ");
  const http = protocol === "http:" ? "; HTTP = $true" : "";
  return lines(
    `Set-PAServer ${ca === "staging" ? "LE_STAGE" : "LE_PROD"}`,
    `$registration = @{ '_acme-challenge.${domain}' = @(${values}) }`,
    `$arguments = @{ ACMEServer = '${host}${pathname.replace(/\/$/, "")}'; ACMERegistration = $registration${http} }`,
    `New-PACertificate ${names} -AcceptTOS -Plugin AcmeDns -PluginArgs $arguments`,
  );
}

function certManager(account: ClientAccount, { domain, ca }: Purpose): string {
  const map = JSON.stringify({ [domain]: answer(account) });
  const [other, when] =
    ca === "staging"
      ? (["production", "Once it works"] as const)
      : (["staging", "To try"] as const);
  return lines(
    "apiVersion: v1",
    "kind: Secret",
    "metadata:",
    "  name: acme-dns",
    "stringData:",
    `  acmedns.json: '${map}'`,
    "---",
    "apiVersion: cert-manager.io/v1",
    "kind: Issuer",
    "metadata:",
    `  name: letsencrypt-${ca}`,
    "spec:",
    "  acme:",
    `    # ${when}: ${directoryOf(other)}`,
    `    server: ${directoryOf(ca)}`,
    "    privateKeySecretRef:",
    `      name: letsencrypt-${ca}`,
    "    solvers:",
    "      - dns01:",
    "          cnameStrategy: None",
    "          acmeDNS:",
    `            host: ${account.server}`,
    "            accountSecretRef:",
    "              name: acme-dns",
    "              key: acmedns.json",
  );
}

function lines(...texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
