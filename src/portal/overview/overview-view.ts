import type { HostnameState } from "../../hostname/hostname.ts";
import type { ActivityHour } from "../../store/activity.ts";
import type { DelegateRecord } from "../../store/administration.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { PortalParts, ServerFacts } from "../portal-parts.ts";
import type { Visit } from "../visit.ts";

/** What the first page is made of. */
export interface OverviewView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly counts: {
    readonly delegates: Readonly<Record<DelegateRecord["state"], number>>;
    readonly hostnames: Readonly<Partial<Record<HostnameState, number>>>;
  };
  /** The most urgent of those that need attention. */
  readonly attention: readonly HostnameRecord[];
  readonly activity: readonly ActivityHour[];
  readonly server: ServerFacts;
}
