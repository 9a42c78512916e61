import type { HostnameState } from "../../hostname/hostname.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import { needsAttention, STATES_BY_URGENCY } from "../parts/tone.ts";
import type { PortalParts } from "../portal-parts.ts";
import { page, type View } from "../view.ts";
import type { Visit } from "../visit.ts";
import { overviewPage } from "./overview-page.ts";
import { welcomePage } from "./welcome-page.ts";

/** Of those that somebody should look at. */
const MOST_SHOWN = 10;
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
  const [attention, activity] = await Promise.all([
    urgent(parts, hostnames),
    store.activity.since(visit.nowMs - DAY_MS),
  ]);
  const counts = { delegates, hostnames };
  return page(overviewPage({ parts, visit, counts, attention, activity, server }));
}

/** The first of those that need attention, the most urgent first. */
async function urgent(
  { store }: PortalParts,
  counts: Readonly<Partial<Record<HostnameState, number>>>,
): Promise<readonly HostnameRecord[]> {
  const found: HostnameRecord[] = [];
  for (const state of STATES_BY_URGENCY) {
    if (!needsAttention(state) || (counts[state] ?? 0) === 0) continue;
    const most = MOST_SHOWN - found.length;
    found.push(...(await store.hostnames.list({ state, after: 0, most })).rows);
    if (found.length >= MOST_SHOWN) break;
  }
  return found;
}
