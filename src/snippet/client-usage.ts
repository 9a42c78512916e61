import { directoryOf, nameOptions, type Purpose } from "./client-formats.ts";
import type { ClientFormat } from "./words.ts";

/** What a client is told, besides what it reads: the lines of its manual, with the authority that was chosen. */
export interface Usage extends Purpose {
  /** The URL of the API. */
  readonly server: string;
  /** The file that the text is in. */
  readonly file: string;
}

/** How it is used, lines for people; none where the text itself says it. */
export function usageOf(format: ClientFormat | undefined, usage: Usage): readonly string[] {
  const { domain, ca, server, file } = usage;
  const directory = directoryOf(ca);
  switch (format) {
    case "lego":
      return [
        "With lego:",
        `  ACME_DNS_API_BASE=${server} ACME_DNS_STORAGE_PATH=${file} \\`,
        `    lego --server ${directory} --accept-tos --email you@${domain} --dns acme-dns ${nameOptions(usage)} run`,
      ];
    case "traefik":
      return [
        `With Traefik, and ACME_DNS_API_BASE=${server} and ACME_DNS_STORAGE_PATH=${file} in its environment:`,
        "  certificatesResolvers: { le: { acme: {",
        `    email: you@${domain}, storage: acme.json, caServer: ${directory},`,
        "    dnsChallenge: { provider: acme-dns } } } }",
      ];
    case "caddy":
      return [
        "With Caddy and its module caddy-dns/acmedns:",
        `  { acme_ca ${directory} }`,
        `  ${domain} { tls { dns acmedns ${file} } }`,
      ];
    case "certbot":
      return [
        "With certbot and acme-dns-auth.py, whose storage it is:",
        `  certbot certonly --server ${directory} --manual --preferred-challenges dns --manual-auth-hook /etc/letsencrypt/acme-dns-auth.py ${nameOptions(usage)}`,
      ];
    case "certify":
      return [
        `In Certify: DNS update method acme-dns, API URL ${server}, and this as credentials JSON;`,
        `  the certificate authority Let's Encrypt${ca === "staging" ? " with its staging mode" : ""}`,
      ];
    default:
      return [];
  }
}
