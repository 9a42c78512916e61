import { challengeDomain } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { caaClimb } from "../hostname/caa-climb.ts";
import { caaColumn, stepOf } from "../hostname/columns.ts";
import { caaSentence } from "../hostname/step-views.ts";
import { type Html, html } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { copyList } from "../parts/copy-list.ts";
import { field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import type { DelegateView } from "./delegate-view.ts";

/** Who may issue, and the record that binds it to one account (RFC 8657). */
export function caaCard(view: DelegateView, shown: HostnameRecord): Html {
  const { report, parts, details, accountUri } = view;
  const { ca } = parts.options();
  const step = stepOf(report?.steps, "caa");
  const column = caaColumn(report?.steps, ca);
  return card({
    id: "caa",
    number: 2,
    title: "CAA",
    aside: badge(verdictOf(column)),
    body: html`<p class="small soft">${caaSentence(step, ca)} With this record only your ACME account may get certificates, even if somebody takes over the delegate:</p>
${copyList([{ label: "Record", value: adviceFor(shown, ca, accountUri) }])}
<form class="filters" method="get" action="/delegates/${details.id}#caa">
${view.hostnames.length > 1 && html`<input type="hidden" name="hostname" value="${shown.name}">`}
${field({
  label: "Account URI",
  name: "account",
  value: accountUri ?? "",
  placeholder: "https://acme-v02.api.letsencrypt.org/acme/acct/1234",
  hint: "Your ACME client knows it: certbot show_account, or accounts/…/account.json of lego.",
  isWide: true,
  maxlength: 500,
})}<button class="button">Fill in</button></form>
${lacksMethod(view) && note("warn", html`The record in place lacks <code>validationmethods=dns-01</code>, so whoever controls the web server may validate over HTTP.`)}
${
  step !== undefined &&
  step.trace.length > 0 &&
  html`<h3>Where a CA looks</h3>${caaClimb(challengeDomain(shown.name), step)}`
}`,
  });
}

function verdictOf(column: Badge): Badge {
  if (column.word === "Bound to account") return { tone: "ok", icon: "active", word: "In place" };
  if (column.tone === "fail") return { ...column, word: "Blocks" };
  if (column.tone === "idle") return column;
  return { tone: "busy", icon: "info", word: "Recommended" };
}

const PLACEHOLDER = "https://acme-v02.api.letsencrypt.org/acme/acct/YOUR-ACCOUNT";

function adviceFor({ name }: HostnameRecord, ca: string, accountUri: string | undefined): string {
  const domain = challengeDomain(name);
  const tag = name === domain ? "issue" : "issuewild";
  const account = accountUri ?? PLACEHOLDER;
  return `${domain}. CAA 0 ${tag} "${ca}; accounturi=${account}; validationmethods=dns-01"`;
}

function lacksMethod({ report }: DelegateView): boolean {
  const found = stepOf(report?.steps, "caa")?.found;
  if (typeof found !== "object" || found === null) return false;
  const bound = found.rrset.filter((text) => text.includes("accounturi="));
  return bound.length > 0 && bound.every((text) => !text.includes("validationmethods="));
}
