import type { HostnameState } from "../../hostname/hostname.ts";
import { type HostnameRecord, MOST_HOSTNAMES } from "../../store/hostnames.ts";
import { looking } from "../looks.ts";
import { STATES_BY_URGENCY, type Tone, toneOf } from "../parts/tone.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { overviewPage } from "./overview-page.ts";
import { welcomePage } from "./welcome-page.ts";

/** Of those that somebody should look at. */
const MOST_SHOWN = 10;
/** Of those whose record is gone: beyond it, their number is not worth the time that it takes to find them all. */
const MOST_LOST = 500;
const DAY_MS = 86_400_000;

/** The first page: what needs a person, how many there are of what, how the server is. */
export async function overview(parts: PortalParts, visit: Visit): Promise<View> {
  const { store } = parts;
  const [delegates, hostnames, server] = await Promise.all([
    store.countStates(),
    store.hostnames.count(),
    parts.server(),
  ]);
  const isEmpty = delegates.live + delegates.disabled + delegates.deleted === 0;
  if (isEmpty) {
    const delegations = await parts.delegations();
    return page(welcomePage({ parts, visit, server, delegations }));
  }
  const lost = (hostnames.pending ?? 0) > 0 ? await lostOnes(parts) : { rows: [], isAll: true };
  const [attention, activity] = await Promise.all([
    urgent(parts, hostnames, lost.rows),
    store.activity.since(visit.nowMs - DAY_MS),
  ]);
  const counts = { delegates, hostnames, lost: lost.rows.length, isAllLost: lost.isAll };
  const idleDelegates = await idleAmong(parts, attention);
  return page(overviewPage({ parts, visit, counts, attention, idleDelegates, activity, server }));
}

/** The first of those that need attention, the most urgent first. */
async function urgent(
  { store }: PortalParts,
  counts: Readonly<Partial<Record<HostnameState, number>>>,
  lost: readonly HostnameRecord[],
): Promise<readonly HostnameRecord[]> {
  const found: HostnameRecord[] = [];
  const add = async (tone: Tone): Promise<void> => {
    for (const state of STATES_BY_URGENCY) {
      const most = MOST_SHOWN - found.length;
      if (toneOf(state) !== tone || (counts[state] ?? 0) === 0 || most === 0) continue;
      found.push(...(await store.hostnames.list({ state, after: 0, most })).rows);
    }
  };
  await add("fail");
  // Their renewals fail: of what is to be looked at in time, the first.
  found.push(...lost.slice(0, MOST_SHOWN - found.length));
  await add("warn");
  return found;
}

/** Those whose record is gone, which are in a state in which others only wait. */
async function lostOnes({ store }: PortalParts) {
  const rows: HostnameRecord[] = [];
  let after = 0;
  const isAtEnd = await looking(async () => {
    const most = MOST_LOST + 1 - rows.length;
    const found = await store.hostnames.lost({ after, most });
    rows.push(...found.rows);
    after = found.lookedTo ?? after;
    return found.lookedTo !== undefined && rows.length <= MOST_LOST;
  });
  return { rows: rows.slice(0, MOST_LOST), isAll: isAtEnd && rows.length <= MOST_LOST };
}

/** Whose delegates can be locked without stopping a host name that is in use. */
async function idleAmong(
  { store }: PortalParts,
  attention: readonly HostnameRecord[],
): Promise<ReadonlySet<number>> {
  const left = attention.filter(({ state }) => state === "offboarding");
  const ids = [...new Set(left.map(({ delegateId }) => delegateId))];
  const all = await Promise.all(
    ids.map((delegateId) => store.hostnames.list({ delegateId, after: 0, most: MOST_HOSTNAMES })),
  );
  const isIdle = (i: number): boolean =>
    all[i]?.rows.every(({ state }) => state === "offboarding") === true;
  return new Set(ids.filter((_, i) => isIdle(i)));
}
