import { type CredentialRecord, MOST_CREDENTIALS } from "../../store/administration.ts";
import { type Html, html } from "../html.ts";
import { csrfField } from "../layout.ts";
import { badge } from "../parts/badge.ts";
import { actButton } from "../parts/button.ts";
import { card, soft } from "../parts/card.ts";
import { field } from "../parts/field.ts";
import { may } from "../visit.ts";
import { agoInWords, counted, date, span } from "../words.ts";
import type { DelegateView } from "./delegate-view.ts";

/** The keys that may publish values there. */
export function keysCard({ details, keys, visit }: DelegateView): Html {
  const acts = may(visit, "keys") && details.state === "live";
  return card({
    id: "keys",
    title: "Keys",
    aside: soft(counted(keys.length, "key")),
    body: html`${
      keys.length === 0
        ? html`<p class="small soft">No key works: nobody can publish values.</p>`
        : html`<ul class="keys">${keys.map((key) => keyEntry(key, details.id, visit.nowMs, acts))}</ul>`
    }${
      acts &&
      keys.length < MOST_CREDENTIALS &&
      html`<form class="filters" method="post" action="/delegates/${details.id}/keys">${csrfField(visit.csrf)}${field({ label: "Name of another key", name: "label", placeholder: "web02", maxlength: 128 })}<button class="button">Add key</button></form>`
    }`,
  });
}

function keyEntry(key: CredentialRecord, delegateId: number, nowMs: number, acts: boolean): Html {
  const { id, label, username, lastUsedMs, expiresMs, createdMs, keyScheme } = key;
  const name = label || `${username.slice(0, 8)}…`;
  const path = `/delegates/${delegateId}/keys/${id}`;
  const state =
    expiresMs === undefined
      ? badge({
          tone: "ok",
          icon: "pass",
          word: lastUsedMs === undefined ? "Never used" : "In use",
        })
      : badge({ tone: "warn", icon: "warn", word: `Ends in ${span(expiresMs - nowMs)}` });
  return html`<li>
<div class="row spread"><strong>${name}</strong>${state}</div>
<p class="small soft">User <code>${username}</code>, made ${date(createdMs)}${
    lastUsedMs !== undefined && html`, last used ${agoInWords(lastUsedMs, nowMs)}`
  }${keyScheme === "bcrypt" && ", from acme-dns"}</p>
${
  acts &&
  html`<div class="row">${
    expiresMs === undefined && actButton({ to: `${path}/rotate`, text: "Rotate", about: name })
  }${actButton({ to: `${path}/revoke`, text: expiresMs === undefined ? "Revoke" : "Revoke now", about: name, look: "danger" })}</div>`
}</li>`;
}
