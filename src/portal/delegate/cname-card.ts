import { registrableName } from "../../check/public-suffix.ts";
import { ownerForms } from "../../check/record-forms.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import { PROVIDERS, type Provider, providerCard } from "../../snippet/provider-cards.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { challengeColumn, stepOf } from "../hostname/columns.ts";
import { type Html, html } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { compare } from "../parts/compare.ts";
import { copyList } from "../parts/copy-list.ts";
import { note } from "../parts/note.ts";
import { tabs } from "../parts/tabs.ts";
import { breakable, capitalised } from "../words.ts";
import { type DelegateView, fulldomainOf } from "./delegate-view.ts";

const NAMES: Readonly<Record<Provider, string>> = {
  zone: "Zone file",
  cloudflare: "Cloudflare",
  route53: "Route 53",
  godaddy: "GoDaddy",
  gandi: "Gandi",
  namecheap: "Namecheap",
};
/** Forms first, for most people have one. */
const IN_ORDER = [...PROVIDERS.filter((each) => each !== "zone"), "zone"] as const;
/** What is chosen from a list, not typed. */
const CHOSEN = new Set(["Type", "Record type", "Proxy status", "TTL"]);

/** The record that leads here, as the forms of DNS hosts have it. */
export function cnameCard({ details, shown, report }: DelegateView): Html {
  const target = fulldomainOf(details);
  if (shown === undefined) {
    return card({
      id: "cname",
      number: 1,
      title: "CNAME",
      body: html`<p>Let <code>_acme-challenge</code> of each name lead to this one. With the hostname, this card has the record as your DNS host wants it.</p>
${copyList([{ label: "Target", value: target }])}`,
    });
  }
  const verdict = verdictOf(challengeColumn(report?.steps));
  return card({
    id: "cname",
    number: 1,
    title: "CNAME",
    aside: badge(verdict),
    body: html`${providerTabs(shown, target)}${foundOf(shown, target, report, challengeColumn(report?.steps))}`,
  });
}

function verdictOf(column: Badge): Badge {
  if (column.tone === "ok") return { tone: "ok", icon: "active", word: "In place" };
  if (column.tone !== "idle") return column;
  return { tone: "busy", icon: "propagating", word: "Waiting for its owner" };
}

/** One tab for each DNS host; `name` is unique on the page. */
export function providerTabs({ name }: Pick<HostnameRecord, "name">, target: string): Html {
  const domain = challengeDomain(name);
  const absolute = `_acme-challenge.${domain}`;
  // What else the zone can be, nobody knows without asking.
  const { relative } = ownerForms(absolute, registrableName(domain));
  return tabs(
    "provider",
    "DNS provider",
    IN_ORDER.map((provider) => {
      const { fields, notes } = providerCard(provider, { absolute, relative, target });
      return {
        id: provider,
        label: NAMES[provider],
        panel: html`${copyList(
          fields.map(({ field: label, value }) => ({
            label: label === "line" ? "Record" : label,
            value,
            isCopied: !CHOSEN.has(label),
          })),
        )}${notes.map((text) => note("busy", `${capitalised(text)}.`))}`,
      };
    }),
  );
}

export function foundOf(
  { name }: Pick<HostnameRecord, "name">,
  target: string,
  report: DelegateView["report"],
  verdict: Badge,
): Html {
  const found = stepOf(report?.steps, "cname")?.found;
  const what = typeof found === "string" && found !== "nothing" ? found : undefined;
  return compare({
    expected: html`${breakable(`_acme-challenge.${challengeDomain(name)}`)} CNAME ${breakable(target)}`,
    found: what === undefined ? "No record yet" : html`<code>${what}</code>`,
    verdict: verdict.tone === "idle" ? { ...verdict, word: "Not found" } : verdict,
  });
}
