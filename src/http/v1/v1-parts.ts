import type { Origin } from "../../audit/audit-entry.ts";
import type { ServedZone } from "../../check/served-zone.ts";
import type { DelegateActParts } from "../../operate/delegates.ts";
import type { HostnameWatch } from "../../operate/hostname-watch.ts";
import type { ApiParts } from "../api-parts.ts";
import type { CheckRuns } from "./check-runs.ts";
import type { Registrations } from "./registrations.ts";
import type { Call } from "./route.ts";

/** What v1 is made of besides the API. */
export interface V1Means extends Pick<ApiParts, "store" | "clock" | "zones"> {
  readonly acts: Omit<DelegateActParts, "origin">;
  readonly watch: () => Promise<HostnameWatch>;
  readonly checkRuns: CheckRuns;
  /** What the server answers for, and what the configuration has there. */
  readonly servedZones: () => readonly ServedZone[];
  /** Those of the configuration. */
  readonly edgeTargets: () => readonly string[];
  readonly txtSlots: () => number;
  readonly version: string;
  readonly startedMs: number;
}

export interface V1Parts extends V1Means {
  readonly registrations: Registrations;
  /** Where the client has reached the API. */
  readonly serverUrl: (call: Pick<Call<unknown, unknown, unknown>, "req">) => string;
}

/** What an act of an operator needs, in the name of who calls. */
export function actsOf({ acts }: V1Parts, origin: Origin): DelegateActParts {
  return { ...acts, origin };
}
