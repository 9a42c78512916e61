import { hash as digestOf } from "node:crypto";
import type { Form } from "../form.ts";
import { type Html, html } from "../html.ts";

/** By the name of the field, as the form shows them. */
export type ShownValues = Readonly<Record<string, string>>;

/** What a form of stored values began with, so that nobody puts back by it what somebody else has changed meanwhile. */
export function shownField(stored: ShownValues): Html {
  return html`<input type="hidden" name="shown" value="${digest(stored)}">`;
}

/**
 * What is wrong if the values are not those that the form began with, and which they are now; undefined: they are, or
 * it does not say.
 */
export function changedMeanwhile(
  stored: ShownValues,
  form: Form,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const shown = form.text("shown");
  if (shown === "" || shown === digest(stored)) return undefined;
  const other = Object.entries(stored).filter(([name, value]) => value !== form.text(name));
  const now = other.map(([name, value]) => `${labels[name] ?? name}: ${value || "nothing"}`);
  const what =
    now.length === 0 ? "It is what you have written." : `Stored now is ${now.join("; ")}.`;
  return `Somebody has changed it since you opened this page, and nothing of yours is saved yet. ${what} Save again to put yours in its place.`;
}

/** Labels and lists have no order that means anything, and the store may give them another one. */
function digest(values: ShownValues): string {
  const parts = Object.entries(values).map(([name, value]) => [name, value.split(/\s+/).sort()]);
  return digestOf("sha256", JSON.stringify(parts), "base64url");
}
