import type { DelegateDetails } from "../../store/lists.ts";
import { type Form, labelsText } from "../form.ts";
import { html } from "../html.ts";
import { csrfField } from "../layout.ts";
import { linkButton } from "../parts/button.ts";
import { card } from "../parts/card.ts";
import { field } from "../parts/field.ts";
import { note } from "../parts/note.ts";
import { pageHead } from "../parts/page-head.ts";
import { changedMeanwhile, shownField } from "../parts/shown-values.ts";
import type { PortalParts } from "../portal-parts.ts";
import { type FormErrors, formErrors } from "../refused.ts";
import { done, type PageView, page, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { findDelegate } from "./delegate.ts";
import { fulldomainOf } from "./delegate-view.ts";

/** What operators say of a delegate, to be changed. */

const LABELS = {
  tenant: "Tenant",
  contact: "Contact",
  labels: "Labels",
  allowfrom: "May update from",
  txt_slots: "TXT slots",
} as const;

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
  const changed = changedMeanwhile(valuesOf(details), form, LABELS);
  if (changed !== undefined) return again({ "": changed });
  const labels = form.labels("labels");
  if (labels === undefined) return again({ labels: "each is KEY=VALUE, such as env=prod" });
  const slots = form.text("txt_slots");
  // What was not sent stays; what was emptied cannot be: a number that a delegate has is its own from then on.
  if (slots === "" && form.all("txt_slots").length > 0 && details.txtSlots !== undefined) {
    return again({ txt_slots: `1 to 10; ${parts.means.txtSlots()} is the default` });
  }
  const body = {
    tenant: form.text("tenant"),
    contact: form.text("contact"),
    ...allowFromChange(details, form),
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

/**
 * Nothing where it is as it was. A list that cannot be read is shown as an empty one, and permits nobody: to send it
 * back as it is shown would let everybody in.
 */
function allowFromChange({ allowFrom, isAllowFromReadable }: DelegateDetails, form: Form) {
  const allowfrom = form.words("allowfrom");
  const isSame = allowfrom.join(" ") === allowFrom.join(" ");
  return isSame || (!isAllowFromReadable && allowfrom.length === 0) ? {} : { allowfrom };
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
  const text = (field_: keyof typeof LABELS, hint: string) =>
    field({
      label: LABELS[field_],
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
  body: html`<form class="stack tight" method="post" action="${path}/edit">${csrfField(visit.csrf)}${shownField(valuesOf(details))}
${text("tenant", "Whose it is, in your words.")}
${text("contact", "Whom to write to, such as a mail address.")}
${text("labels", "KEY=VALUE, separated by spaces.")}
${text(
  "allowfrom",
  details.isAllowFromReadable
    ? "Networks in CIDR notation, separated by spaces; from anywhere without."
    : "What is stored cannot be read, and permits nobody. Networks in CIDR notation, separated by spaces; 0.0.0.0/0 ::/0 is from anywhere.",
)}
${text("txt_slots", `Values that it publishes at once, 1 to 10; ${parts.means.txtSlots()} by default. A number that was set stays its own.`)}
<div class="row"><button class="button primary">Save</button>${linkButton({ href: path, text: "Leave it" })}</div></form>`,
})}</div>`;
  return { title: `Edit ${name}`, section: "delegates", main };
}
