import type { DelegateDetails } from "../../store/lists.ts";
import { type Form, labelsText } from "../form.ts";
import { html } from "../html.ts";
import { csrfField } from "../layout.ts";
import { linkButton } from "../parts/button.ts";
import { card } from "../parts/card.ts";
import { field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import type { PortalParts } from "../portal-parts.ts";
import { type FormErrors, formErrors } from "../refused.ts";
import { done, type PageView, page, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { findDelegate } from "./delegate.ts";
import { fulldomainOf } from "./delegate-view.ts";

/** What operators say of a delegate, to be changed. */

export async function editForm(parts: PortalParts, visit: Visit, id: number): Promise<View> {
  const details = await findDelegate(parts, id);
  return page(editPage(parts, visit, details, valuesOf(details), {}));
}

export async function edit(
  parts: PortalParts,
  visit: Visit,
  id: number,
  form: Form,
): Promise<View> {
  const details = await findDelegate(parts, id);
  const again = (errors: FormErrors): View =>
    page({ ...editPage(parts, visit, details, form.values(), errors), status: 422 });
  const labels = form.labels("labels");
  if (labels === undefined) return again({ labels: "each is KEY=VALUE, such as env=prod" });
  const slots = form.text("txt_slots");
  const body = {
    tenant: form.text("tenant"),
    contact: form.text("contact"),
    allowfrom: form.words("allowfrom"),
    labels: { ...gone(details.labels), ...labels },
    ...(slots === "" ? {} : { txt_slots: Number(slots) }),
  };
  try {
    await parts.operations.perform("changeDelegate", { params: { id }, body }, actorOf(visit));
  } catch (error) {
    return again(formErrors(error));
  }
  return done(`/delegates/${id}`, "It is changed.");
}

/** Labels that are not sent again are taken away (RFC 7396). */
function gone(labels: DelegateDetails["labels"]): Readonly<Record<string, null>> {
  return Object.fromEntries(Object.keys(labels).map((key) => [key, null]));
}

function valuesOf({ tenant, contact, allowFrom, labels, txtSlots }: DelegateDetails) {
  return {
    tenant,
    contact,
    allowfrom: allowFrom.join(" "),
    labels: labelsText(labels),
    txt_slots: txtSlots === undefined ? "" : String(txtSlots),
  };
}

function editPage(
  parts: PortalParts,
  visit: Visit,
  details: DelegateDetails,
  values: Readonly<Record<string, string>>,
  errors: FormErrors,
): PageView {
  const name = fulldomainOf(details);
  const path = `/delegates/${details.id}`;
  const text = (field_: string, label: string, hint: string) =>
    field({
      label,
      name: field_,
      value: values[field_] ?? "",
      hint,
      error: errors[field_],
      maxlength: 2048,
    });
  const main = html`${pageHead({
    crumbs: [
      { text: "Delegates", href: "/delegates" },
      { text: name, href: path },
      { text: "Edit" },
    ],
    title: "Edit the delegate",
    lead: html`What you say of <code>${name}</code>, and who may update it.`,
  })}
<div class="stack narrow">${errors[""] !== undefined && note("fail", errors[""])}
${card({
  title: "Delegate",
  body: html`<form class="stack tight" method="post" action="${path}/edit">${csrfField(visit.csrf)}
${text("tenant", "Tenant", "Whose it is, in your words.")}
${text("contact", "Contact", "Whom to write to, such as a mail address.")}
${text("labels", "Labels", "KEY=VALUE, separated by spaces.")}
${text("allowfrom", "May update from", "Networks in CIDR notation, separated by spaces; from anywhere without.")}
${text("txt_slots", "TXT slots", `Values that it publishes at once, 1 to 10; ${parts.means.txtSlots()} by default.`)}
<div class="row"><button class="button primary">Save</button>${linkButton({ href: path, text: "Leave it" })}</div></form>`,
})}</div>`;
  return { title: `Edit ${name}`, section: "delegates", main };
}
