/** What ACME clients keep of a delegate, each in its own form; see docs/clients. */

/** What /register has answered, and where. */
export interface Registration {
  readonly username: string;
  readonly password: string;
  readonly fulldomain: string;
  readonly subdomain: string;
  readonly allowfrom: readonly string[];
  /** The URL of the API without a final slash. */
  readonly server: string;
}

export const CLIENT_FORMATS = [
  "json",
  "lego",
  "cert-manager",
  "acme.sh",
  "caddy",
  "traefik",
  "certbot",
  "env",
  "zone",
] as const;

export type ClientFormat = (typeof CLIENT_FORMATS)[number];

/** Accounts by domain: one file for many of them. */
export type AccountMap = Readonly<Record<string, object>>;

/** lego, Traefik, Caddy's libdns/acmedns and acme-dns-client read `server_url`, too. */
function storedAccount({ server, allowfrom: _, ...account }: Registration): object {
  return { ...account, server_url: server };
}

/** acme-dns-auth.py and pyacmedns keep the answer as it is. */
function answer({ server: _, ...rest }: Registration): object {
  return rest;
}

/** The entry of a domain, for formats that are maps by domain; undefined for others. */
export function accountEntry(format: ClientFormat, registration: Registration): object | undefined {
  if (format === "certbot") return answer(registration);
  const isMap = format === "lego" || format === "traefik" || format === "caddy";
  return isMap ? storedAccount(registration) : undefined;
}

/** Whether a file of that format holds accounts by domain. */
export function isMapFormat(format: ClientFormat): boolean {
  return ["lego", "traefik", "caddy", "certbot"].includes(format);
}

/** The formats that are no maps. `domain`: without a wildcard. */
export function formatAccount(
  format: ClientFormat,
  registration: Registration,
  domain: string,
): string {
  const { username, password, subdomain, fulldomain, server } = registration;
  switch (format) {
    case "acme.sh":
      return lines(
        `export ACMEDNS_BASE_URL="${server}"`,
        `export ACMEDNS_USERNAME="${username}"`,
        `export ACMEDNS_PASSWORD="${password}"`,
        `export ACMEDNS_SUBDOMAIN="${subdomain}"`,
      );
    case "env":
      return lines(
        `ACME_DNS_URL=${server}`,
        `ACME_DNS_USERNAME=${username}`,
        `ACME_DNS_PASSWORD=${password}`,
        `ACME_DNS_SUBDOMAIN=${subdomain}`,
        `ACME_DNS_FULLDOMAIN=${fulldomain}`,
      );
    case "zone":
      return lines(`${challengeName(domain)} 3600 IN CNAME ${fulldomain}.`);
    case "cert-manager":
      return certManager(registration, domain);
    default:
      return `${JSON.stringify(answer(registration))}\n`;
  }
}

/** RFC 8555 section 8.4: where the CA looks, a wildcard at the name itself. */
export function challengeName(domain: string): string {
  return `_acme-challenge.${domain}.`;
}

function certManager(registration: Registration, domain: string): string {
  const map = JSON.stringify({ [domain]: answer(registration) });
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
    "  name: letsencrypt-staging",
    "spec:",
    "  acme:",
    "    # Once it works: https://acme-v02.api.letsencrypt.org/directory",
    "    server: https://acme-staging-v02.api.letsencrypt.org/directory",
    "    privateKeySecretRef:",
    "      name: letsencrypt-staging",
    "    solvers:",
    "      - dns01:",
    "          cnameStrategy: None",
    "          acmeDNS:",
    `            host: ${registration.server}`,
    "            accountSecretRef:",
    "              name: acme-dns",
    "              key: acmedns.json",
  );
}

function lines(...texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
