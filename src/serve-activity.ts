// How much there is to do, for charts: what the counters of DNS and of the API say, written down by the hour.
import type { Log } from "./log.ts";
import type { ApiCounters } from "./metrics/api-counters.ts";
import { ActivityRecorder } from "./operate/activity-recorder.ts";
import type { PreparedDns } from "./serve-dns.ts";
import type { ActivityCounts } from "./store/activity.ts";
import type { Store } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";

/** Records what there was since the last time. It never rejects: what cannot be written now is written the next time. */
export function activityRecording(
  { store, dns, counters }: ActivityNeeds,
  { clock, log }: Surroundings,
): () => Promise<void> {
  const totals = (): ActivityCounts => totalsOf(dns, counters);
  const recorder = new ActivityRecorder({ activity: store.activity, totals, clock });
  return () => recorder.record().catch((err: unknown) => tell(log, err));
}

export interface ActivityNeeds {
  readonly store: Store;
  readonly dns: PreparedDns;
  readonly counters: ApiCounters;
}

function tell(log: Log, err: unknown): void {
  log.debug({ err }, "what there was to do could not be written down");
}

function totalsOf(dns: PreparedDns, { updates }: ApiCounters): ActivityCounts {
  const { queries, txtServed } = dns.counters.totals();
  let answers = 0;
  let refusals = 0;
  for (const { rcode, count } of queries) {
    if (rcode === "NOERROR") answers += count;
    else refusals += count;
  }
  let accepted = 0;
  let refused = 0;
  for (const { labels, value } of updates.series()) {
    if (labels.result === "ok") accepted += value;
    else refused += value;
  }
  return {
    values: txtServed,
    other_answers: Math.max(answers - txtServed, 0),
    refusals,
    updates_accepted: accepted,
    updates_refused: refused,
  };
}
