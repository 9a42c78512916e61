import { type Html, html } from "../html.ts";
import { actButton } from "../parts/button.ts";
import { card, soft } from "../parts/card.ts";
import { may } from "../visit.ts";
import { agoInWords } from "../words.ts";
import { hostnamePath } from "./hostname-path.ts";
import type { HostnameView } from "./hostname-view.ts";

/** The link to the page that its customer sees, without login. */
export function customerCard({ record, link, visit }: HostnameView): Html {
  const path = hostnamePath(record.name);
  const acts = may(visit, "delegates");
  return card({
    id: "customer",
    title: "Customer page",
    aside: soft(
      link === undefined ? "no link" : html`link since ${agoInWords(link.createdMs, visit.nowMs)}`,
    ),
    body: html`<p>A page for the owner of <strong>${record.name}</strong>: the record to add, what was found, and a button to look again. It needs no login; whoever has the link sees it.</p>
${
  acts &&
  html`<div class="row">${actButton({
    to: `${path}/link`,
    text: link === undefined ? "Make a link" : "Make a new link",
    icon: "share",
  })}${link !== undefined && actButton({ to: `${path}/unlink`, text: "Revoke the link", look: "danger" })}</div>`
}${link !== undefined && html`<p class="small soft">A link is shown once, when it is made. A new one ends the one before.</p>`}`,
  });
}
