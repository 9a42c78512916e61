import { ProblemError } from "../../http/v1/problem.ts";
import { MOST_HOSTNAMES } from "../../store/hostnames.ts";
import type { DelegateDetails } from "../../store/lists.ts";
import { queryOf } from "../delegates/list.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { delegatePage } from "./delegate-page.ts";

const MOST_EVENTS = 6;
const HISTORY_MS = 90 * 86_400_000;
/** What a chart can show. */
const MOST_REFUSALS = 1000;

/** One delegate: what leads to it, who may use it, what has happened to it. */
export async function delegate(parts: PortalParts, visit: Visit, id: number): Promise<View> {
  const { store, clock } = parts;
  const details = await findDelegate(parts, id);
  const query = queryOf(visit);
  const [hostnames, keys, events, updates, refusals] = await Promise.all([
    store.hostnames.list({ delegateId: id, after: 0, most: MOST_HOSTNAMES }),
    store.credentialsOf(details.id, clock()),
    store.lists.newestEvents({ before: undefined, most: MOST_EVENTS, delegateId: details.id }),
    store.lists.updatesOf([details.id]),
    store.lists.refusalsOf({
      delegateId: details.id,
      sinceMs: visit.nowMs - HISTORY_MS,
      most: MOST_REFUSALS,
    }),
  ]);
  const chosen = query.get("hostname");
  const shown = hostnames.rows.find(({ name }) => name === chosen) ?? hostnames.rows[0];
  const story = shown && (await store.hostnames.story(shown.id));
  return page(
    delegatePage({
      parts,
      visit,
      details,
      hostnames: hostnames.rows,
      shown,
      report: story?.report,
      keys,
      events: events.rows,
      updates: updates.get(details.id) ?? [],
      refusals,
      ca: query.get("ca") === "staging" ? "staging" : "production",
      accountUri: accountUriOf(query.get("account")),
    }),
  );
}

/** Throws ProblemError. */
export async function findDelegate(
  { store, clock }: PortalParts,
  id: number,
): Promise<DelegateDetails> {
  const details = await store.lists.delegate(id as DelegateDetails["id"], clock());
  if (details === undefined) throw new ProblemError("not_found", `there is no delegate ${id}`);
  return details;
}

/** What can stand in a CAA record, as GET /api/v1/delegates/{id}/records has it. */
function accountUriOf(text: string | null): string | undefined {
  const uri = text?.trim() ?? "";
  return uri.length <= 500 && /^[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(uri) ? uri : undefined;
}
