import { ProblemError } from "../../http/v1/problem.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { deletePage } from "../delegate/delete-page.ts";
import type { Form } from "../form.ts";
import { wordOf } from "../parts/tone.ts";
import type { PortalParts } from "../portal-parts.ts";
import { done, page, redirect, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { capitalised, counted } from "../words.ts";
import { findHostname } from "./hostname.ts";
import { hostnamePath } from "./hostname-path.ts";
import { sentenceOf } from "./records.ts";

/** What is done with host names: the operations of v1, each with the page that says what came of it. */

/** As many as a page of a list has. */
const MOST_AT_ONCE = 50;

/** One by its name, or those that were selected by their numbers. */
export async function recheck(parts: PortalParts, visit: Visit, form: Form): Promise<View> {
  const subject = form.text("subject");
  if (subject !== "") return recheckOne(parts, visit, subject);
  const selected = form.all("hostname").slice(0, MOST_AT_ONCE);
  const back = visit.back ?? "/delegates";
  if (selected.length === 0) {
    return redirect(back, { tone: "warn", text: "Nothing was selected: tick hostnames first." });
  }
  const outcomes = await Promise.all(selected.map((name) => outcomeOf(parts, visit, name)));
  const tone = outcomes.some(({ kind }) => kind === "refused") ? "warn" : "ok";
  return redirect(back, { tone, text: sumUp(outcomes) });
}

async function recheckOne(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  const outcome = await outcomeOf(parts, visit, record.name);
  const back = visit.back ?? hostnamePath(record.name);
  switch (outcome.kind) {
    case "looked": {
      const text = `${record.name} was looked at: ${wordOf(outcome.state)}.`;
      return redirect(withoutSince(back), { tone: "ok", text });
    }
    case "later":
      return redirect(`${hostnamePath(record.name)}?since=${visit.nowMs}`);
    case "refused":
      return redirect(withoutSince(back), { tone: "warn", text: sentenceOf(outcome.why) });
  }
}

/** A page that waits for a check does so for that one alone. */
function withoutSince(path: string): string {
  return path.replace(/\?since=\d+$/, "");
}

type Outcome =
  | { readonly kind: "looked"; readonly state: HostnameRecord["state"] }
  | { readonly kind: "later" }
  | { readonly kind: "refused"; readonly code: string; readonly why: string };

async function outcomeOf(parts: PortalParts, visit: Visit, name: string): Promise<Outcome> {
  try {
    const input = { params: { name } };
    const { body } = await parts.operations.perform("recheckHostname", input, actorOf(visit));
    if (body === undefined) return { kind: "later" };
    return { kind: "looked", state: (body as { state: HostnameRecord["state"] }).state };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.status === 403 || error.status === 500) {
      throw error;
    }
    return { kind: "refused", code: error.code, why: error.message };
  }
}

/** What came of several, each sort in a sentence; those that there are none of say nothing. */
export function sumUp(outcomes: readonly Outcome[]): string {
  const looked = outcomes.filter(({ kind }) => kind === "looked").length;
  const later = outcomes.filter(({ kind }) => kind === "later").length;
  const refused = outcomes.filter((outcome) => outcome.kind === "refused");
  const ofCode = (code: string): number => refused.filter((each) => each.code === code).length;
  const [tooSoon, busy, gone] = [ofCode("too_many_requests"), ofCode("busy"), ofCode("not_found")];
  const others = refused.length - tooSoon - busy - gone;
  const sentences: readonly (readonly [number, string, string])[] = [
    [later, "check is still under way", "checks are still under way"],
    [
      tooSoon,
      "was looked at less than 10 seconds ago already",
      "were looked at less than 10 seconds ago already",
    ],
    [
      busy,
      "was not looked at, since too many wait: try again in a minute",
      "were not looked at, since too many wait: try again in a minute",
    ],
    [gone, "is not there any more", "are not there any more"],
    [others, "could not be looked at", "could not be looked at"],
  ];
  return [
    `${counted(looked, "hostname was looked at", "hostnames were looked at")}.`,
    ...sentences
      .filter(([count]) => count > 0)
      .map(([count, one, several]) => `${counted(count, one, several)}.`),
  ]
    .map(capitalised)
    .join(" ");
}

export async function makeLink(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  const { body } = await parts.operations.perform(
    "createCustomerLink",
    { params: paramsOf(record) },
    actorOf(visit),
  );
  const { url } = body as { url: string };
  return redirect(hostnamePath(record.name), {
    tone: "ok",
    text: "The link is made.",
    secret: {
      title: "Link to the customer page",
      advice: "Copy it now: it is shown once. Whoever has it sees the page, and nothing else.",
      rows: [{ label: "Link", value: url }],
    },
  });
}

export async function revokeLink(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  const input = { params: paramsOf(record) };
  await parts.operations.perform("revokeCustomerLink", input, actorOf(visit));
  return done(`${hostnamePath(record.name)}#customer`, "The link leads nowhere from now on.");
}

export async function askDelete(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  return page(
    deletePage({
      visit,
      title: `Delete ${record.name}?`,
      path: hostnamePath(record.name),
      lead: "It is not looked at any more. Its delegate stays, and so do the keys.",
      advice: `The CNAME at _acme-challenge.${record.name.replace(/^\*\./, "")} should be deleted, too, unless another hostname needs it.`,
      act: "Delete hostname",
    }),
  );
}

export async function deleteIt(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const record = await findHostname(parts, name);
  const input = { params: paramsOf(record) };
  await parts.operations.perform("deleteHostname", input, actorOf(visit));
  return done(`/delegates/${record.delegateId}`, `${record.name} is deleted here.`);
}

export function paramsOf({ id, delegateId }: HostnameRecord): { id: number; hostname: number } {
  return { id: delegateId, hostname: id };
}
