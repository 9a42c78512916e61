import type { OperationInput } from "../../http/v1/operations.ts";
import { ProblemError } from "../../http/v1/problem.ts";
import { MOST_HOSTNAMES } from "../../store/hostnames.ts";
import type { Form } from "../form.ts";
import { hostnamePath } from "../hostname/hostname-path.ts";
import { sentenceOf } from "../hostname/records.ts";
import type { PortalParts } from "../portal-parts.ts";
import { done, page, redirect, type View } from "../view.ts";
import { actorOf, type Visit } from "../visit.ts";
import { findDelegate } from "./delegate.ts";
import { fulldomainOf, namesInWords } from "./delegate-view.ts";
import { deletePage } from "./delete-page.ts";
import { keySecret } from "./key-secret.ts";

/** What is done to a delegate: the operations of v1, each with the page that says what came of it. */

export interface DelegateAct {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly id: number;
  readonly form: Form;
}

const ACTS = {
  lock: {
    operation: "lockDelegate",
    text: "It is locked: it publishes nothing, and no key works.",
  },
  unlock: {
    operation: "unlockDelegate",
    text: "It is unlocked: its keys work again, and values come with the next update.",
  },
} as const;

/** From a list, back to it. */
export async function lockOrUnlock(act: DelegateAct, which: keyof typeof ACTS): Promise<View> {
  const { operation, text } = ACTS[which];
  await perform(act, operation, {});
  const names = await namesOf(act);
  const what = which === "lock" && names.length > 0 ? ` That is for ${namesInWords(names)}.` : "";
  return done(act.visit.back ?? pathOf(act), `${text}${what}`);
}

async function namesOf({ parts, id }: Pick<DelegateAct, "parts" | "id">): Promise<string[]> {
  const all = { delegateId: id, after: 0, most: MOST_HOSTNAMES };
  return (await parts.store.hostnames.list(all)).rows.map(({ name }) => name);
}

export async function restore(act: DelegateAct): Promise<View> {
  const { body } = await perform(act, "restoreDelegate", {});
  const { credential } = body as { credential: { username: string; password: string } };
  return redirect(pathOf(act), {
    tone: "ok",
    text: "It is there again, without values and with a new key.",
    secret: keySecret("New key", credential),
  });
}

/** A page of its own, so that nothing is deleted by one click. */
export async function askDelete({ parts, visit, id }: Omit<DelegateAct, "form">): Promise<View> {
  const details = await findDelegate(parts, id);
  const names = await namesOf({ parts, id });
  const whose =
    names.length > 0 ? ` No certificate can be had any more for ${namesInWords(names)}.` : "";
  return page(
    deletePage({
      visit,
      title: `Delete ${fulldomainOf(details)}?`,
      path: `/delegates/${id}`,
      lead: "Its keys are dead then, and its name is never given to another one. It can be restored, with another key.",
      advice: `Whoever has a CNAME that leads to ${fulldomainOf(details)} should delete it first.${whose}`,
      act: "Delete delegate",
    }),
  );
}

export async function deleteIt(act: DelegateAct): Promise<View> {
  await perform(act, "deleteDelegate", {});
  return done(pathOf(act), "It is deleted: its keys are dead. CNAMEs that lead to it should go.");
}

export async function addHostname(act: DelegateAct): Promise<View> {
  const name = act.form.text("hostname");
  try {
    const { body } = await perform(act, "createHostname", { body: { name } });
    const { name: stored } = body as { name: string };
    // The page waits for that look, and shows what it has found by itself.
    const to = `${hostnamePath(stored)}?since=${act.visit.nowMs}`;
    return done(to, `${stored} is added, and looked at right away.`);
  } catch (error) {
    return refusedHere(act, error, "#hostnames");
  }
}

export async function addKey(act: DelegateAct): Promise<View> {
  try {
    const { body } = await perform(act, "createKey", { body: { label: act.form.text("label") } });
    return withKey(act, body, "A second key is made; the one before works as well.");
  } catch (error) {
    return refusedHere(act, error, "#keys");
  }
}

export async function rotateKey(act: DelegateAct, key: number): Promise<View> {
  try {
    const params = { id: act.id, key };
    const { body } = await perform(act, "rotateKey", { params });
    const text = "A new key is made; the one before goes on working for 72 hours.";
    return withKey(act, body, text);
  } catch (error) {
    return refusedHere(act, error, "#keys");
  }
}

export async function revokeKey(act: DelegateAct, key: number): Promise<View> {
  await perform(act, "revokeKey", { params: { id: act.id, key } });
  return done(`${pathOf(act)}#keys`, "The key is revoked: it does nothing from now on.");
}

function withKey(act: DelegateAct, body: object | undefined, text: string): View {
  const { username, password } = body as { username: string; password: string };
  const secret = keySecret("New key", { username, password });
  return redirect(pathOf(act), { tone: "ok", text, secret });
}

/** What was sent does not fit: the page says so, and everything is as it was. */
function refusedHere(act: DelegateAct, error: unknown, anchor: string): View {
  if (!(error instanceof ProblemError) || error.status >= 500 || error.status === 403) throw error;
  const [first] = error.errors ?? [];
  const text = sentenceOf(first?.message ?? error.message);
  return redirect(`${pathOf(act)}${anchor}`, { tone: "fail", text });
}

function pathOf({ id }: Pick<DelegateAct, "id">): string {
  return `/delegates/${id}`;
}

function perform({ parts, visit, id }: DelegateAct, operation: string, input: OperationInput) {
  return parts.operations.perform(operation, { params: { id }, ...input }, actorOf(visit));
}
