import { nextAction } from "../../hostname/next-action.ts";
import type { CustomerLink } from "../../store/customer-links.ts";
import type { HostnameRecord, HostnameStory } from "../../store/hostnames.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { Visit } from "../visit.ts";

/** What the page of a host name is made of. */
export interface HostnameView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly record: HostnameRecord;
  readonly story: HostnameStory;
  readonly link: CustomerLink | undefined;
  /** Of its delegate; "": nobody is known. */
  readonly contact: string;
  /** A check was asked for that has not ended. */
  readonly isUnderWay: boolean;
}

export function fulldomainOf({ subdomain, zone }: HostnameRecord): string {
  return `${subdomain}.${zone}`;
}

/** The one thing to do. */
export function actionText({ record, visit, parts }: HostnameView): string {
  const edgeTargets =
    record.edgeTargets.length > 0 ? record.edgeTargets : parts.means.edgeTargets();
  return nextAction(record, { fulldomain: fulldomainOf(record), edgeTargets, nowMs: visit.nowMs });
}
