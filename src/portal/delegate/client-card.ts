import { challengeDomain } from "../../hostname/hostname.ts";
import { type ClientAccount, formatAccount, NO_DOMAIN } from "../../snippet/client-formats.ts";
import { usageOf } from "../../snippet/client-usage.ts";
import type { ClientFormat } from "../../snippet/words.ts";
import { type Html, html } from "../html.ts";
import { card } from "../parts/card.ts";
import { type CopyRow, copyList } from "../parts/copy-list.ts";
import { tabs } from "../parts/tabs.ts";
import { type DelegateView, fulldomainOf } from "./delegate-view.ts";

/** How each client is called, and what its text is. */
const CLIENTS: readonly {
  readonly format: ClientFormat;
  readonly name: string;
  readonly label: string;
  readonly file?: string;
}[] = [
  { format: "lego", name: "lego", label: "File", file: "acme-dns.json" },
  { format: "acme.sh", name: "acme.sh", label: "Shell" },
  { format: "certbot", name: "certbot", label: "File", file: "acmedns.json" },
  { format: "caddy", name: "Caddy", label: "File", file: "/etc/caddy/acme-dns.json" },
  { format: "traefik", name: "Traefik", label: "File", file: "acme-dns.json" },
  { format: "cert-manager", name: "cert-manager", label: "YAML" },
  { format: "posh-acme", name: "Posh-ACME", label: "PowerShell" },
  { format: "certify", name: "Certify", label: "JSON" },
  { format: "json", name: "Other", label: "JSON" },
];

/** What ACME clients read, filled in as far as it is known. */
export function clientCard(view: DelegateView): Html {
  const { details, ca, visit, shown } = view;
  const account = accountOf(view);
  const domain = shown === undefined ? NO_DOMAIN : challengeDomain(shown.name);
  const here = (choice: string): string => {
    const query = new URLSearchParams({ ca: choice });
    if (shown !== undefined && view.hostnames.length > 1) query.set("hostname", shown.name);
    return `/delegates/${details.id}?${query}#client`;
  };
  const panels = CLIENTS.map(({ format, name, label, file = `acme-dns-${format}` }) => {
    const purpose = { domain, ca };
    const text = formatAccount(format, account, purpose).trimEnd();
    const usage = usageOf(format, { ...purpose, server: account.server, file });
    return {
      id: format.replace(".", ""),
      label: name,
      panel: copyList([
        { label: label === "File" ? (file ?? label) : label, value: text },
        ...usageRows(usage),
        ...(format === "json" ? [curlRow(account)] : []),
      ]),
    };
  });
  return card({
    id: "client",
    number: 3,
    title: "Client",
    aside: html`<nav class="switch" aria-label="CA environment">${(
      ["production", "staging"] as const
    ).map(
      (choice) =>
        html`<a href="${here(choice)}"${choice === ca && html` aria-current="true"`}>${choice === "staging" ? "Staging" : "Production"}</a>`,
    )}</nav>`,
    body: html`${tabs("client", "ACME client", panels)}${
      visit.flash?.secret?.credential === undefined &&
      html`<p class="small soft">The password is shown when a key is made; where it is lost, add a key.</p>`
    }`,
  });
}

function accountOf({ details, keys, visit }: DelegateView): ClientAccount {
  const fresh = visit.flash?.secret?.credential;
  return {
    username: fresh?.username ?? keys.at(-1)?.username ?? "NO-KEY-WORKS",
    password: fresh?.password,
    fulldomain: fulldomainOf(details),
    subdomain: details.subdomain,
    allowfrom: details.allowFrom,
    server: visit.apiUrl,
  };
}

/** The first line says what the others are. */
function usageRows([first, ...rest]: readonly string[]): CopyRow[] {
  if (first === undefined) return [];
  if (rest.length === 0) return [{ label: "Usage", value: first, isCopied: false }];
  const value = rest.map((line) => line.replace(/^ {2}/, "")).join("\n");
  return [
    { label: "Usage", value: first, isCopied: false },
    { label: "Then", value },
  ];
}

function curlRow({ server, username, password, subdomain }: ClientAccount): CopyRow {
  const body = `{"subdomain": "${subdomain}", "txt": "DIGEST-VALUE-OF-43-CHARACTERS"}`;
  return {
    label: "curl",
    value: `curl -X POST ${server}/update -H "X-Api-User: ${username}" -H "X-Api-Key: ${password ?? "$KEY"}" \\\n  -d '${body}'`,
  };
}
