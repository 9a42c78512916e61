import { challengeDomain } from "../../hostname/hostname.ts";
import {
  type ClientAccount,
  formatAccount,
  NO_DOMAIN,
  type Purpose,
} from "../../snippet/client-formats.ts";
import { usageOf } from "../../snippet/client-usage.ts";
import type { CaChoice, ClientFormat } from "../../snippet/words.ts";
import { onlyLocalNote } from "../api-url.ts";
import { type Html, html, type Piece } from "../html.ts";
import { card } from "../parts/card.ts";
import { type CopyRow, copyList } from "../parts/copy-list.ts";
import { tabs } from "../parts/tabs.ts";
import { type DelegateView, fulldomainOf, hasFreshKey, isInstant } from "./delegate-view.ts";

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

const ENVIRONMENTS = ["production", "staging"] as const satisfies readonly CaChoice[];

/** What ACME clients read, filled in as far as it is known. */
export function clientCard(view: DelegateView): Html {
  const isFresh = hasFreshKey(view);
  return card({
    id: "client",
    number: 3,
    title: "Client",
    isOnce: isFresh,
    aside: isFresh ? undefined : environmentLinks(view),
    body: html`${onlyLocalNote(view.visit.apiUrl)}${isFresh ? bothEnvironments(view) : clientTabs(view, view.ca)}${
      !isFresh &&
      html`<p class="small soft">The password is shown when a key is made; where it is lost, add a key.</p>`
    }`,
  });
}

function nameOf(environment: CaChoice): string {
  return environment === "staging" ? "Staging" : "Production";
}

function environmentLinks({ details, shown, hostnames, ca }: DelegateView): Html {
  const here = (choice: CaChoice): string => {
    const query = new URLSearchParams({ ca: choice });
    if (shown !== undefined && hostnames.length > 1) query.set("hostname", shown.name);
    return `/delegates/${details.id}?${query}#client`;
  };
  return html`<nav class="switch" aria-label="CA environment">${ENVIRONMENTS.map(
    (choice) =>
      html`<a href="${here(choice)}"${choice === ca && html` aria-current="true"`}>${nameOf(choice)}</a>`,
  )}</nav>`;
}

/** Without links: the next page does not know the password any more. */
function bothEnvironments(view: DelegateView): Html {
  return tabs(
    "environment",
    "CA environment",
    ENVIRONMENTS.map((ca) => ({
      id: ca,
      label: nameOf(ca),
      panel: clientTabs(view, ca, `client-${ca}`),
    })),
  );
}

/** `name`: unique on the page. */
function clientTabs(view: DelegateView, ca: CaChoice, name = "client"): Piece {
  const account = accountOf(view);
  const purpose = { ...purposeOf(view), ca };
  const panels = CLIENTS.map(({ format, name, label, file = `acme-dns-${format}` }) => {
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
  return tabs(name, "ACME client", panels);
}

function purposeOf(view: DelegateView): Omit<Purpose, "ca"> {
  const { shown } = view;
  // The certificate of an instant name is for itself, and for all below.
  if (isInstant(view)) return { domain: fulldomainOf(view.details), isWildcard: true };
  if (shown === undefined) return { domain: NO_DOMAIN };
  const domain = challengeDomain(shown.name);
  return { domain, isWildcard: shown.name !== domain };
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
