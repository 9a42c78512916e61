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
    /** Of those that are pending, how many have lost their record, and whether that is all of them. */
    readonly lost: number;
    readonly isAllLost: boolean;
  };
  /** The most urgent of those that need attention. */
  readonly attention: readonly HostnameRecord[];
  /** Delegates that nothing needs any more, by their numbers: all of their host names have left. */
  readonly idleDelegates: ReadonlySet<number>;
  readonly activity: readonly ActivityHour[];
  readonly server: ServerFacts;
}
