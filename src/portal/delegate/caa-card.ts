import { type CaaAdvice, caaAdvice } from "../../check/caa/caa-advice.ts";
import type { Step } from "../../check/report.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { caaClimb } from "../hostname/caa-climb.ts";
import { caaColumn, isBound, stepOf } from "../hostname/columns.ts";
import { caaSentence } from "../hostname/step-views.ts";
import { type Html, html, joined, type Piece } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { copyList } from "../parts/copy-list.ts";
import { field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import { type DelegateView, hasFreshKey } from "./delegate-view.ts";

/** Who may issue, and the record that binds it to one account (RFC 8657). */
export function caaCard(view: DelegateView, shown: HostnameRecord): Html {
  const { report, parts } = view;
  const { ca } = parts.options();
  const step = stepOf(report?.steps, "caa");
  const column = caaColumn(report?.steps, ca);
  const domain = challengeDomain(shown.name);
  const isWildcard = shown.name !== domain;
  const advice = caaAdvice({ domain, isWildcard, accountUri: view.accountUri }, report);
  return card({
    id: "caa",
    number: 2,
    title: "CAA",
    aside: badge(verdictOf(column, step)),
    body: html`${
      advice.owner === undefined
        ? html`<p class="small soft">${caaSentence(step, ca)}</p>${nowhere(shown, advice)}`
        : html`<p class="small soft">${caaSentence(step, ca)} ${promiseOf(advice)}</p>
${copyList(rowsOf(advice, advice.owner, ca, view.accountUri))}
${placeOf(shown, advice)}
${accountForm(view, shown)}`
    }
${lacksMethod(view) && note("warn", html`The record in place lacks <code>validationmethods=dns-01</code>, so whoever controls the web server may validate over HTTP.`)}
${
  step !== undefined &&
  step.trace.length > 0 &&
  html`<h3>Where a CA looks</h3>${caaClimb(domain, step)}`
}`,
  });
}

function verdictOf(column: Badge, step: Step | undefined): Badge {
  if (step !== undefined && isBound(step)) return { tone: "ok", icon: "active", word: "In place" };
  if (column.tone === "fail") return { ...column, word: "Blocks" };
  if (column.tone === "idle") return column;
  return { tone: "busy", icon: "info", word: "Recommended" };
}

/** What is true of the record: beside one that is not bound, it binds nothing. */
function promiseOf({ tags, replaced }: CaaAdvice): Html {
  const records = tags.length === 1 ? "this record" : "these records";
  const place =
    replaced.length > 0 &&
    html` in place of ${joined(
      replaced.map((text) => html`<code>${text}</code>`),
      ", ",
    )}`;
  return html`With ${records}${place} only your ACME account may get certificates, even if somebody takes over the delegate:`;
}

const PLACEHOLDER = "https://acme-v02.api.letsencrypt.org/acme/acct/YOUR-ACCOUNT";

function rowsOf(
  { tags }: CaaAdvice,
  owner: string,
  ca: string,
  accountUri: string = PLACEHOLDER,
): { readonly label: string; readonly value: string }[] {
  return tags.map((tag) => ({
    label: tag === "issue" ? "Record" : "For wildcards",
    value: `${owner}. CAA 0 ${tag} "${ca}; accounturi=${accountUri}; validationmethods=dns-01"`,
  }));
}

function placeOf({ name }: HostnameRecord, { owner, alias }: CaaAdvice): Piece {
  if (alias === undefined) return undefined;
  return html`<p class="small soft">It stands at <code>${owner}</code>, and is for all names below it: <code>${challengeDomain(name)}</code> is a CNAME, and nothing can stand beside one.</p>`;
}

function nowhere({ name }: HostnameRecord, { alias }: CaaAdvice): Html {
  return note(
    "busy",
    html`No record can be added here: <code>${challengeDomain(name)}</code> is a CNAME to <code>${alias}</code>, beside which nothing can stand. Who may issue is for whoever runs <code>${alias}</code> to say.`,
  );
}

/** It loads the page anew, which a key that is shown once would not outlive. */
function accountForm(view: DelegateView, shown: HostnameRecord): Piece {
  if (hasFreshKey(view)) return undefined;
  return html`<form class="filters" method="get" action="/delegates/${view.details.id}#caa">
${view.hostnames.length > 1 && html`<input type="hidden" name="hostname" value="${shown.name}">`}
${field({
  label: "Account URI",
  name: "account",
  value: view.accountUri ?? "",
  placeholder: "https://acme-v02.api.letsencrypt.org/acme/acct/1234",
  hint: "Your ACME client knows it: certbot show_account, or accounts/…/account.json of lego.",
  isWide: true,
  maxlength: 500,
})}<button class="button">Fill in</button></form>`;
}

function lacksMethod({ report }: DelegateView): boolean {
  const found = stepOf(report?.steps, "caa")?.found;
  if (typeof found !== "object" || found === null) return false;
  const bound = found.rrset.filter((text) => text.includes("accounturi="));
  return bound.length > 0 && bound.every((text) => !text.includes("validationmethods="));
}
