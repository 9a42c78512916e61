import { typeOf } from "../../http/v1/event-types.ts";
import { detailOf } from "../events/event-words.ts";
import { type Html, html } from "../html.ts";
import { card, smallLink } from "../parts/card.ts";
import { ago } from "../words.ts";
import { type DelegateView, fulldomainOf } from "./delegate-view.ts";

/** What has happened last. */
export function latestCard({ events, details, visit }: DelegateView): Html {
  return card({
    title: "Latest events",
    aside: smallLink(`/events?q=${encodeURIComponent(fulldomainOf(details))}`, "All"),
    body:
      events.length === 0
        ? html`<p class="small soft">Nothing that is kept.</p>`
        : html`<ol class="latest stack tight small">${events.map(
            (event) =>
              html`<li><code>${typeOf(event)}</code>${ago(event.timeMs, visit.nowMs)}<span class="soft">${detailOf(event)}</span></li>`,
          )}</ol>`,
  });
}
