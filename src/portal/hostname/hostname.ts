import { toAscii } from "../../check/input.ts";
import { ProblemError } from "../../http/v1/problem.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { queryOf } from "../delegates/list.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { hostnamePage } from "./hostname-page.ts";

/** While a check is under way, the page is loaded again after so many seconds. */
const WAIT_SECONDS = 3;
/** A check that takes longer has come to nothing: a page that nobody looks at must not keep a session alive. */
const LONGEST_WAIT_MS = 60_000;

/** One host name: its last check, step by step. */
export async function hostname(parts: PortalParts, visit: Visit, name: string): Promise<View> {
  const { store } = parts;
  const record = await findHostname(parts, name);
  const [story, link, contact] = await Promise.all([
    store.hostnames.story(record.id),
    store.customerLinks.of(record.id),
    contactOf(parts, record),
  ]);
  const sinceMs = Number(queryOf(visit).get("since"));
  const isRecent = sinceMs > 0 && Math.abs(visit.nowMs - sinceMs) < LONGEST_WAIT_MS;
  const isUnderWay = isRecent && (record.checkedMs ?? 0) < sinceMs;
  const view = hostnamePage({ parts, visit, record, story, link, contact, isUnderWay });
  return page(isUnderWay ? { ...view, refreshSeconds: WAIT_SECONDS } : view);
}

/** Throws ProblemError. */
export async function findHostname({ store }: PortalParts, name: string): Promise<HostnameRecord> {
  // Not every database can be asked for it.
  const record = name.includes("\0")
    ? undefined
    : await store.hostnames.findNamed(toAscii(name.toLowerCase().replace(/\.$/, "")));
  if (record === undefined) throw new ProblemError("not_found", "there is no such hostname");
  return record;
}

async function contactOf({ store, clock }: PortalParts, { delegateId }: HostnameRecord) {
  const id = delegateId as Parameters<typeof store.lists.delegate>[0];
  return (await store.lists.delegate(id, clock()))?.contact ?? "";
}
