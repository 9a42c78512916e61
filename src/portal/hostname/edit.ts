import { ProblemError } from "../../http/v1/problem.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
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
import { paramsOf } from "./acts.ts";
import { findHostname } from "./hostname.ts";
import { hostnamePath } from "./hostname-path.ts";

/** What operators say of a host name, to be changed. */

const LABELS = {
  tenant: "Tenant",
  labels: "Labels",
  edge_targets: "Edge targets",
} as const;

export async function editForm(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  return page(editPage(parts, visit, record, valuesOf(record), {}));
}

export async function edit(
  parts: PortalParts,
  visit: Visit,
  name: string,
  form: Form,
): Promise<View> {
  const record = await findHostname(parts, name);
  const again = (errors: FormErrors): View =>
    page({ ...editPage(parts, visit, record, form.values(), errors), status: 422 });
  const changed = changedMeanwhile(valuesOf(record), form, LABELS);
  if (changed !== undefined) return again({ "": changed });
  const labels = form.labels("labels");
  if (labels === undefined) return again({ labels: "each is KEY=VALUE, such as env=prod" });
  const gone = Object.fromEntries(Object.keys(record.labels).map((key) => [key, null]));
  const body = {
    tenant: form.text("tenant"),
    labels: { ...gone, ...labels },
    edge_targets: form.words("edge_targets"),
  };
  try {
    const input = { params: paramsOf(record), body };
    await parts.operations.perform("changeHostname", input, actorOf(visit));
  } catch (error) {
    if (error instanceof ProblemError && error.code === "not_found") throw error;
    return again(formErrors(error));
  }
  return done(hostnamePath(record.name), "It is changed.");
}

function valuesOf({ tenant, labels, edgeTargets }: HostnameRecord) {
  return { tenant, labels: labelsText(labels), edge_targets: edgeTargets.join(" ") };
}

function editPage(
  parts: PortalParts,
  visit: Visit,
  record: HostnameRecord,
  values: Readonly<Record<string, string>>,
  errors: FormErrors,
): PageView {
  const path = hostnamePath(record.name);
  const usual = parts.means.edgeTargets().join(" ") || "none";
  const text = (name: keyof typeof LABELS, hint: string) =>
    field({
      label: LABELS[name],
      name,
      value: values[name] ?? "",
      hint,
      error: errors[name],
      maxlength: 2048,
    });
  const main = html`${pageHead({
    crumbs: [
      { text: "Delegates", href: "/delegates" },
      { text: record.name, href: path },
      { text: "Edit" },
    ],
    title: `Edit ${record.name}`,
    lead: "What you say of it, and where its traffic is to come to.",
  })}
<div class="stack narrow">${errors[""] !== undefined && note("fail", errors[""])}
${card({
  title: "Hostname",
  body: html`<form class="stack tight" method="post" action="${path}/edit">${csrfField(visit.csrf)}${shownField(valuesOf(record))}
${text("tenant", "Whose it is, in your words.")}
${text("labels", "KEY=VALUE, separated by spaces.")}
${text("edge_targets", `Addresses, networks and names that its traffic comes by; those of the configuration without (${usual}).`)}
<div class="row"><button class="button primary">Save</button>${linkButton({ href: path, text: "Leave it" })}</div></form>`,
})}</div>`;
  return { title: `Edit ${record.name}`, section: "delegates", main };
}
