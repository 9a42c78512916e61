import { html, type Piece } from "../html.ts";
import { csrfField } from "../layout.ts";
import { card } from "../parts/card.ts";
import { choice, field } from "../parts/field.ts";
import { icon } from "../parts/icon.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { PageView } from "../view.ts";
import type { Visit } from "../visit.ts";

/** What was sent, and what is wrong with it. */
export interface RegisterForm {
  readonly values?: Readonly<Record<string, string>>;
  /** By the name of the field; "" is about all of it. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** What is needed at least. */
export function registerFields(csrf: string, { values = {}, errors = {} }: RegisterForm): Piece {
  return html`${csrfField(csrf)}
${field({
  label: "Hostname",
  name: "hostname",
  value: values["hostname"] ?? "",
  placeholder: "www.example.com",
  error: errors["hostname"],
  isWide: true,
  maxlength: 255,
})}
<button class="button primary">${icon("plus")}Register delegate</button>`;
}

export function registerPage(parts: PortalParts, visit: Visit, form: RegisterForm): PageView {
  const { values = {}, errors = {} } = form;
  const zones = parts.means.servedZones().filter(({ isInstant }) => !isInstant);
  // Where there is one zone, nobody is asked for it.
  const problem = errors[""] ?? (zones.length > 1 ? undefined : errors["zone"]);
  const text = (name: string, label: string, more: { hint?: string; placeholder?: string } = {}) =>
    field({
      label,
      name,
      value: values[name] ?? "",
      error: errors[name],
      maxlength: 1024,
      ...more,
    });
  const main = html`${pageHead({
    crumbs: [{ text: "Delegates", href: "/delegates" }, { text: "Register" }],
    title: "Register a delegate",
    lead: "A delegate is a name on this server with a key that may publish values there, and nothing else. Only the hostname is needed.",
  })}
<div class="stack narrow">
${problem !== undefined && note("fail", problem)}
${card({
  title: "What it is for",
  body: html`<form class="stack tight" method="post" action="/delegates">
${csrfField(visit.csrf)}
${field({
  label: "Hostname",
  name: "hostname",
  value: values["hostname"] ?? "",
  placeholder: "www.example.com, or *.example.com",
  hint: "The name that gets certificates. A wildcard and the name itself share one record.",
  error: errors["hostname"],
  maxlength: 255,
})}
${text("tenant", "Tenant", { hint: "Whose it is, in your words." })}
${text("contact", "Contact", { hint: "Whom to write to, such as a mail address.", placeholder: "it@example.com" })}
${text("labels", "Labels", { hint: "Separated by spaces.", placeholder: "env=prod team=web" })}
${text("allowfrom", "May update from", {
  hint: "Networks in CIDR notation, separated by spaces; from anywhere without.",
  placeholder: "192.0.2.0/24",
})}
${choice({
  label: "Name of the delegate",
  name: "naming",
  chosen: values["naming"] ?? "uuid",
  error: errors["naming"],
  options: [
    { value: "uuid", text: "Random: tells nothing about its customer" },
    { value: "readable", text: "Readable: the hostname in front of the zone" },
  ],
})}
${
  zones.length > 1 &&
  choice({
    label: "Zone",
    name: "zone",
    chosen: values["zone"],
    error: errors["zone"],
    options: zones.map(({ apex }) => ({ value: apex, text: apex })),
  })
}
<div class="row"><button class="button primary">${icon("plus")}Register delegate</button></div>
</form>`,
})}
</div>`;
  return { title: "Register a delegate", section: "delegates", main };
}
