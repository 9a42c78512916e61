import { lifeBadge } from "../delegates/delegates-page.ts";
import { labelsText } from "../form.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { pathOf } from "../hostname/path-of.ts";
import { stateSentence } from "../hostname/state-words.ts";
import { type Html, html, type Piece } from "../html.ts";
import { csrfField } from "../layout.ts";
import { hostnameBadge } from "../parts/badge.ts";
import { actButton, linkButton } from "../parts/button.ts";
import { card, plainCard, smallLink } from "../parts/card.ts";
import { facts } from "../parts/facts.ts";
import { field } from "../parts/field.ts";
import { menu } from "../parts/menu.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { recheckButton } from "../parts/recheck-button.ts";
import { table } from "../parts/table.ts";
import type { PageView } from "../view.ts";
import { may } from "../visit.ts";
import { ago, breakable, counted, date, shortened, span, time } from "../words.ts";
import { caaCard } from "./caa-card.ts";
import { clientCard } from "./client-card.ts";
import { cnameCard } from "./cname-card.ts";
import { type DelegateView, fulldomainOf, hasFreshKey, isInstant } from "./delegate-view.ts";
import { historyCard } from "./history-card.ts";
import { keysCard } from "./keys-card.ts";
import { latestCard } from "./latest-card.ts";

export function delegatePage(view: DelegateView): PageView {
  const { visit, details, shown, report, parts } = view;
  const isDeleted = details.state === "deleted";
  const name = shown?.name ?? shortened(fulldomainOf(details));
  const main = html`${pageHead({
    crumbs: [{ text: "Delegates", href: "/delegates" }, { text: name }],
    title: shown?.name ?? breakable(shortened(fulldomainOf(details))),
    badge:
      shown !== undefined && details.state === "live"
        ? hostnameBadge(shown)
        : lifeBadge(details.state),
    lead: leadOf(view),
    actions: actionsOf(view),
  })}
${
  shown !== undefined &&
  !isDeleted &&
  pathOf(shown, report, { ca: parts.options().ca, nowMs: visit.nowMs })
}
${warningsOf(view)}
<div class="split">
<div class="stack">${
    isDeleted
      ? deletedCard(view)
      : html`${cnameCard(view)}${shown !== undefined && caaCard(view, shown)}${clientCard(view)}`
  }</div>
<div class="stack">${factsCard(view)}${!isDeleted && keysCard(view)}${latestCard(view)}</div>
</div>
${hostnamesCard(view)}
${historyCard(view)}`;
  return { title: name, section: "delegates", main };
}

function leadOf(view: DelegateView): Piece {
  const { details, shown, visit, hostnames } = view;
  if (details.state === "deleted") {
    return html`Deleted ${details.deletedMs !== undefined && ago(details.deletedMs, visit.nowMs)}: its keys are dead, and its name is never given to another one.`;
  }
  if (details.state === "disabled") {
    return html`Locked ${details.lockedMs !== undefined && ago(details.lockedMs, visit.nowMs)}: it publishes nothing and its keys do nothing until it is unlocked.`;
  }
  if (shown === undefined) {
    const what = isInstant(view)
      ? "It is an instant name: it has certificates for itself, so no CNAME leads here, and no hostname is added."
      : "Add the hostname that it is for, and its records are watched.";
    return details.lastUpdateMs === undefined
      ? `Never updated. ${what}`
      : html`Updated ${ago(details.lastUpdateMs, visit.nowMs)}. ${what}`;
  }
  const others = hostnames.length - 1;
  return html`${stateSentence(shown, visit.nowMs)}${others > 0 && ` It is shared with ${counted(others, "other hostname")}.`}`;
}

function actionsOf({ details, shown, visit, hostnames }: DelegateView): Piece {
  const { id, state } = details;
  const rechecks = shown !== undefined && state === "live" && may(visit, "checks");
  const acts = may(visit, "delegates");
  return html`${rechecks && recheckButton(shown, "primary")}${
    state === "disabled" &&
    acts &&
    actButton({ to: `/delegates/${id}/unlock`, text: "Unlock", look: "primary", icon: "locked" })
  }${
    state === "deleted" &&
    acts &&
    actButton({ to: `/delegates/${id}/restore`, text: "Restore", look: "primary", icon: "recheck" })
  }${
    shown !== undefined &&
    state !== "deleted" &&
    linkButton({
      href: `${hostnamePath(shown.name)}#customer`,
      text: "Customer page",
      icon: "share",
    })
  }${
    state !== "deleted" &&
    acts &&
    menu("More", [
      linkButton({ href: `/delegates/${id}/edit`, text: "Edit", look: "quiet" }),
      state === "live" &&
        actButton({
          to: `/delegates/${id}/lock`,
          // It asks nothing before: what it does is said on it.
          text:
            hostnames.length === 0
              ? "Lock updates"
              : html`<span>Lock updates</span> <span class="soft">of ${counted(hostnames.length, "hostname")}</span>`,
          icon: "locked",
          look: "quiet",
        }),
      linkButton({
        href: `/delegates/${id}/delete`,
        text: "Delete delegate",
        icon: "fail",
        look: "quiet danger",
      }),
    ])
  }`;
}

function warningsOf({ details, parts }: DelegateView): Piece {
  const slots = details.txtSlots ?? parts.means.txtSlots();
  return html`${
    details.hostnames > slots &&
    note(
      "warn",
      `${counted(details.hostnames, "hostname")} share this delegate, which publishes ${slots} values: one certificate for all of them fails. Raise its TXT slots, or order them one after the other.`,
    )
  }${
    !details.isAllowFromReadable &&
    note(
      "fail",
      "The networks that may update it cannot be read, so that nobody can: set them again.",
    )
  }`;
}

function factsCard({ details, visit, parts }: DelegateView): Html {
  const { tenant, labels, contact, allowFrom, createdMs, txtSlots } = details;
  const pairs = Object.entries(labels);
  return card({
    title: "Delegate",
    body: html`${facts([
      ["Name", breakable(fulldomainOf(details))],
      ["Tenant", tenant || "—"],
      [
        "Labels",
        pairs.length === 0
          ? "—"
          : pairs.map((pair) => html`<code>${labelsText(Object.fromEntries([pair]))}</code> `),
      ],
      ["Contact", contact || "—"],
      [
        "May update from",
        allowFrom.length === 0 ? "anywhere" : allowFrom.map((each) => html`<code>${each}</code> `),
      ],
      ["TXT slots", String(txtSlots ?? parts.means.txtSlots())],
      ["Created", date(createdMs)],
    ])}${
      may(visit, "delegates") &&
      details.state !== "deleted" &&
      smallLink(`/delegates/${details.id}/edit`, "Edit")
    }`,
  });
}

function deletedCard({ details }: DelegateView): Html {
  return card({
    title: "What is left of it",
    body: html`<p>CNAMEs that still lead to <code>${fulldomainOf(details)}</code> lead nowhere: their owners should delete them. Restoring it gives it a new key; clients need that.</p>`,
  });
}

function hostnamesCard(view: DelegateView): Html {
  const { details, hostnames, visit, shown } = view;
  const acts = may(visit, "delegates");
  const rows = hostnames.map((record) => ({
    cells: [
      html`<a class="name" href="${hostnamePath(record.name)}">${record.name}</a>${
        hostnames.length > 1 &&
        html`<span class="sub">${
          record.id === shown?.id
            ? "shown above"
            : // It loads the page anew, and a key that is shown once is gone.
              !hasFreshKey(view) &&
              html`<a href="/delegates/${details.id}?hostname=${encodeURIComponent(record.name)}">show above</a>`
        }</span>`
      }`,
      html`${hostnameBadge(record)}<span class="sub">for ${time(record.sinceMs, span(visit.nowMs - record.sinceMs))}</span>`,
      record.checkedMs === undefined ? "not yet" : ago(record.checkedMs, visit.nowMs),
      may(visit, "checks") && recheckButton(record, "icon"),
    ],
  }));
  return plainCard({
    id: "hostnames",
    title: "Hostnames on this delegate",
    body:
      rows.length === 0
        ? html`<div class="card-body"><p class="small soft">${
            isInstant(view)
              ? "None: an instant name is a hostname itself."
              : "None yet: the delegate works all the same, but nobody watches the record that leads to it."
          }</p></div>`
        : table({
            caption: "Hostnames on this delegate",
            columns: [
              { title: "Hostname" },
              { title: "State" },
              { title: "Last check" },
              { title: "Actions", place: "acts" },
            ],
            groups: [{ rows }],
          }),
    // v1 refuses it for an instant name.
    ...(acts && details.state !== "deleted" && !isInstant(view)
      ? {
          foot: html`<form class="filters" method="post" action="/delegates/${details.id}/hostnames">${csrfField(visit.csrf)}${field({ label: "Another hostname", name: "hostname", placeholder: "www.example.com", isRequired: true, maxlength: 255 })}<button class="button">Add hostname</button></form>`,
        }
      : {}),
  });
}
