import { ownerForms } from "../../check/record-forms.ts";
import { zoneNameOf } from "../../check/zone-name.ts";
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
import { type DelegateView, fulldomainOf, isInstant } from "./delegate-view.ts";

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
export function cnameCard(view: DelegateView): Html | undefined {
  const { details, shown, report } = view;
  // No CNAME leads to one.
  if (isInstant(view)) return undefined;
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
  const column = challengeColumn(report?.steps, shown);
  const zone = zoneNameOf(report, challengeDomain(shown.name));
  return card({
    id: "cname",
    number: 1,
    title: "CNAME",
    aside: badge(report === undefined ? unknownOf(shown) : verdictOf(column)),
    body: html`${providerTabs(shown, target, zone)}${foundOf(shown, target, report, column)}`,
  });
}

/** What nobody has looked at may be there; and reports are not kept for ever. */
function unknownOf({ checkedMs }: Pick<HostnameRecord, "checkedMs">): Badge {
  const word = checkedMs === undefined ? "Not looked at yet" : "Not known any more";
  return { tone: "idle", icon: "skip", word };
}

function verdictOf(column: Badge): Badge {
  if (column.tone === "ok") return { tone: "ok", icon: "active", word: "In place" };
  if (column.tone !== "idle") return column;
  return { tone: "busy", icon: "propagating", word: "Waiting for its owner" };
}

/** One tab for each DNS host. `zone`: the one that the record is entered in, as zoneNameOf has it. */
export function providerTabs(
  { name }: Pick<HostnameRecord, "name">,
  target: string,
  zone: string,
): Html {
  const domain = challengeDomain(name);
  const absolute = `_acme-challenge.${domain}`;
  const { relative } = ownerForms(absolute, zone);
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

function foundOf(
  shown: Pick<HostnameRecord, "name" | "checkedMs">,
  target: string,
  report: DelegateView["report"],
  column: Badge,
): Html {
  const step = stepOf(report?.steps, "cname");
  const expected = html`${breakable(`_acme-challenge.${challengeDomain(shown.name)}`)} CNAME ${breakable(target)}`;
  if (report === undefined) {
    const verdict = unknownOf(shown);
    return compare({ expected, found: verdict.word, verdict });
  }
  const what = typeof step?.found === "string" && step.found !== "nothing" ? step.found : undefined;
  // A step that was not reached has found out nothing, not even that there is nothing.
  const isMissing = what === undefined && step?.code === "cname-missing";
  const nothing = isMissing ? "No record yet" : "Not known";
  return compare({
    expected,
    found: what === undefined ? nothing : html`<code>${what}</code>`,
    verdict: isMissing ? { ...column, word: "Not found" } : column,
  });
}
