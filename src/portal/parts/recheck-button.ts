import type { HostnameRecord } from "../../store/hostnames.ts";
import { type Html, html } from "../html.ts";
import { icon } from "./icon.ts";

/** Looks at a host name now: with a script without loading the page anew. */
export function recheckButton(
  { name }: Pick<HostnameRecord, "name">,
  look: "plain" | "primary" | "icon" = "plain",
): Html {
  const classes = { plain: "button", primary: "button primary", icon: "button quiet" };
  const words =
    look === "icon"
      ? html`<span class="sr-only">Recheck ${name}</span>`
      : html`Recheck<span class="sr-only"> ${name}</span>`;
  return html`<button class="${classes[look]}" form="act" formaction="/hostnames/recheck" name="subject" value="${name}" data-live>${icon("recheck")}${words}</button>`;
}
