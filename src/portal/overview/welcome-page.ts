import type { ZoneDelegation } from "../../operate/delegation.ts";
import { registerFields } from "../delegates/register-page.ts";
import { html, type Piece } from "../html.ts";
import { badge } from "../parts/badge.ts";
import { linkButton } from "../parts/button.ts";
import { card } from "../parts/card.ts";
import { type CopyRow, copyList } from "../parts/copy-list.ts";
import { pageHead } from "../parts/page-head.ts";
import type { DoctorRun, PortalParts, ServerFacts } from "../portal-parts.ts";
import type { PageView } from "../view.ts";
import { may, type Visit } from "../visit.ts";

export interface WelcomeView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly server: ServerFacts;
  readonly delegations: readonly ZoneDelegation[];
}

/** Before there is any delegate. */
export function welcomePage({ parts, visit, server, delegations }: WelcomeView): PageView {
  const { zone } = parts.options();
  const isAnswering = server.checks["dns_udp"] !== false && server.checks["dns_tcp"] !== false;
  const main = html`${pageHead({
    title: "Three steps to the first certificate",
    lead: "The server runs. Tell the DNS about it, make sure that it is seen, and register a delegate.",
  })}
<div class="stack narrow">
${card({
  number: 1,
  title: `Delegate ${zone}`,
  aside: delegationBadge(parts.doctor.latest),
  body: delegations.map(
    ({ zone: name, parent, layouts }) => html`
<p>Create these records where you manage the DNS of <strong>${parent === "." ? name : parent}</strong>.</p>
${copyList((layouts[0]?.records ?? []).map(recordRow))}`,
  ),
})}
${card({
  number: 2,
  title: "Open port 53",
  aside: isAnswering
    ? badge({ tone: "ok", icon: "active", word: "DNS answers here" })
    : badge({ tone: "fail", icon: "error", word: "DNS does not answer" }),
  body: html`<p>Open 53/udp and 53/tcp to everybody: CAs look from several regions, so do not block countries.</p>
<p>${linkButton({ href: "/doctor", text: "See what the doctor says" })}</p>`,
})}
${card({
  number: 3,
  title: "Register a delegate",
  aside: badge({ tone: "idle", icon: "pending", word: "Then it works" }),
  body: may(visit, "register")
    ? registering(visit)
    : html`<p>Your role lets you look. Somebody who administers the server registers delegates.</p>`,
})}
</div>`;
  return { title: "Welcome", section: "overview", main };
}

function registering(visit: Visit): Piece {
  return html`<form class="filters" method="post" action="/delegates">${registerFields(visit.csrf, {})}</form>
<p class="small soft">Or let your client do it. It registers at the first run and prints the CNAME to create:</p>
${copyList([
  {
    label: "lego",
    value: `ACME_DNS_API_BASE=${visit.apiUrl} ACME_DNS_STORAGE_PATH=acme-dns.json lego --dns acme-dns -d www.example.com run`,
  },
  { label: "Shell", value: `dnsvouch register www.example.com --server ${visit.apiUrl}` },
])}`;
}

function recordRow({
  owner,
  type,
  data,
  isGlue,
}: {
  readonly owner: string;
  readonly type: string;
  readonly data: string | undefined;
  readonly isGlue: boolean;
}): CopyRow {
  const value = `${owner} ${type} ${data ?? "<public address of this server>"}`;
  return { label: isGlue ? `${type} (glue)` : type, value };
}

function delegationBadge(latest: DoctorRun | undefined) {
  const findings = Array.isArray(latest?.findings) ? latest.findings : [];
  // One for each zone; where the doctor could not ask, it has found out nothing.
  const own = findings.filter(
    ({ id, status }) => id.split(" ", 1)[0] === "delegation" && status !== "SKIP",
  );
  if (own.length === 0) {
    return badge({ tone: "busy", icon: "propagating", word: "Waiting for you" });
  }
  return own.every(({ status }) => status === "PASS")
    ? badge({ tone: "ok", icon: "active", word: "In place" })
    : badge({ tone: "warn", icon: "warn", word: "Not in place" });
}
