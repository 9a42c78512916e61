import { z } from "zod";
import { challengeDomain, HOSTNAME_STATES } from "../../hostname/hostname.ts";
import { nextAction } from "../../hostname/next-action.ts";
import type { HostnameRecord, HostnameStory } from "../../store/hostnames.ts";
import { Report } from "./report-shape.ts";
import { Labels, Timestamp, timestamp, timestampOrNull } from "./shapes.ts";
import type { V1Parts } from "./v1-parts.ts";

const State = z.enum(HOSTNAME_STATES).meta({ id: "HostnameState" });

const SHOWN = {
  id: z.int().min(1),
  name: z.string(),
  delegate: z.strictObject({ id: z.int().min(1), fulldomain: z.string() }),
  tenant: z.string(),
  labels: Labels,
  edge_targets: z.array(z.string()),
  state: State,
  since: Timestamp,
  reason: z.string().describe("Code of the check's step that decides; empty: none does"),
  next_action: z.string().describe("The one thing to do, and who does it"),
  cname: z.strictObject({ name: z.string(), target: z.string() }),
  created_at: Timestamp,
  checked_at: Timestamp.nullable(),
  next_check_at: Timestamp.nullable(),
};
export const Hostname: z.ZodType = z.strictObject(SHOWN).meta({ id: "Hostname" });

export const HostnameWithStory: z.ZodType = z
  .strictObject({
    ...SHOWN,
    last_check: Report.nullable(),
    history: z
      .array(z.strictObject({ at: Timestamp, state: State, reason: z.string() }))
      .describe("States, the newest first"),
  })
  .meta({ id: "HostnameWithStory" });

/** As it is listed. */
export function shownHostname(record: HostnameRecord, parts: V1Parts): object {
  const { id, name, delegateId, zone, subdomain, tenant, labels, edgeTargets } = record;
  const fulldomain = `${subdomain}.${zone}`;
  return {
    id,
    name,
    delegate: { id: delegateId, fulldomain },
    tenant,
    labels,
    edge_targets: edgeTargets,
    state: record.state,
    since: timestamp(record.sinceMs),
    reason: record.reason,
    next_action: nextAction(record, {
      fulldomain,
      edgeTargets: edgeTargets.length === 0 ? parts.edgeTargets() : edgeTargets,
      nowMs: parts.clock(),
    }),
    cname: { name: `_acme-challenge.${challengeDomain(name)}`, target: fulldomain },
    created_at: timestamp(record.createdMs),
    checked_at: timestampOrNull(record.checkedMs),
    next_check_at: timestampOrNull(record.nextCheckMs),
  };
}

export function shownWithStory(
  record: HostnameRecord,
  { report, changes }: HostnameStory,
  parts: V1Parts,
): object {
  return {
    ...shownHostname(record, parts),
    last_check: report ?? null,
    history: changes.map(({ timeMs, state, reason }) => ({ at: timestamp(timeMs), state, reason })),
  };
}
