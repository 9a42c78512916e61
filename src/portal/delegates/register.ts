import { checkInput } from "../../check/input.ts";
import { ProblemError } from "../../http/v1/problem.ts";
import { StoreError } from "../../store/store.ts";
import { keySecret } from "../delegate/key-secret.ts";
import type { Form } from "../form.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { sentenceOf } from "../hostname/records.ts";
import type { PortalParts } from "../portal-parts.ts";
import { type FormErrors, formErrors } from "../refused.ts";
import { page, redirect, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { registerPage } from "./register-page.ts";

/** What the operation calls the fields of the form. */
const FIELDS = { name: "hostname" };

/** What is of interest in what the operation answers. */
interface Created {
  readonly id: number;
  readonly fulldomain: string;
  readonly credential: { readonly username: string; readonly password: string };
}

/** A new delegate, and the host name that it is for. */
export async function register(parts: PortalParts, visit: Visit, form: Form): Promise<View> {
  const again = (errors: FormErrors): View =>
    page({ ...registerPage(parts, visit, { values: form.values(), errors }), status: 422 });
  const hostname = form.text("hostname");
  const labels = form.labels("labels");
  if (labels === undefined) return again({ labels: "each is KEY=VALUE, such as env=prod" });
  const unfit = await whyNotHostname(parts, hostname);
  if (unfit !== undefined) return again({ hostname: unfit });
  const naming = form.text("naming") || "uuid";
  const body = {
    naming,
    // A wildcard has the record of the name itself.
    ...(naming === "readable" ? { name: hostname.replace(/^\*\./, "") } : {}),
    ...(form.optional("zone") === undefined ? {} : { zone: form.text("zone") }),
    tenant: form.text("tenant"),
    contact: form.text("contact"),
    allowfrom: form.words("allowfrom"),
    labels,
  };
  let created: Created;
  try {
    const answer = await parts.operations.perform("createDelegate", { body }, actorOf(visit));
    created = answer.body as Created;
  } catch (error) {
    return again(formErrors(error, FIELDS));
  }
  return redirect(`/delegates/${created.id}`, {
    ...(await addFirst(parts, visit, created.id, { name: hostname, labels })),
    secret: keySecret("Key of the delegate", created.credential),
  });
}

/**
 * Its host name, if there is one, with the labels of both, so that either list finds them: the delegate is there,
 * whatever becomes of it.
 */
async function addFirst(
  parts: PortalParts,
  visit: Visit,
  id: number,
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
) {
  const made = { tone: "ok", text: "The delegate is registered." } as const;
  if (name === "") return made;
  try {
    const input = { params: { id }, body: { name, labels } };
    await parts.operations.perform("createHostname", input, actorOf(visit));
    return { tone: "ok", text: `The delegate is registered for ${name}.` } as const;
  } catch (error) {
    // The key is shown this once: no page about a fault may stand in its place.
    if (!(error instanceof ProblemError || error instanceof StoreError)) throw error;
    const text = `The delegate is registered, but ${name} was not added: ${sentenceOf(error.message)}`;
    return { tone: "warn", text } as const;
  }
}

/** Before a delegate is made for it. Undefined: nothing is in its way. */
async function whyNotHostname(parts: PortalParts, given: string): Promise<string | undefined> {
  if (given === "") return undefined;
  const { domain, isWildcard, step } = checkInput(given);
  if (step.status === "FAIL") return sentenceOf(step.fix ?? "a hostname, such as www.example.com");
  const name = isWildcard ? `*.${domain}` : domain;
  const other = await parts.store.hostnames.findNamed(name);
  if (other === undefined || other.delegate.state === "deleted") return undefined;
  return `${name} has a delegate already: see ${hostnamePath(name)}, or delete it there first`;
}
