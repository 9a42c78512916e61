import type { Report } from "../../check/report.ts";
import type { CaChoice } from "../../snippet/words.ts";
import type { CredentialRecord } from "../../store/administration.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { DelegateDetails, EventRow } from "../../store/lists.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { Visit } from "../visit.ts";

/** What the page of a delegate is made of. */
export interface DelegateView {
  readonly parts: PortalParts;
  readonly visit: Visit;
  readonly details: DelegateDetails;
  readonly hostnames: readonly HostnameRecord[];
  /** The host name that the cards are about; undefined: it has none. */
  readonly shown: HostnameRecord | undefined;
  /** Of its last check. */
  readonly report: Report | undefined;
  readonly keys: readonly CredentialRecord[];
  readonly events: readonly EventRow[];
  /** Milliseconds since 1970, the newest first. */
  readonly updates: readonly number[];
  /** As updates, of the last 90 days. */
  readonly refusals: readonly number[];
  readonly ca: CaChoice;
  /** The ACME account that CAA is to be bound to. */
  readonly accountUri: string | undefined;
}

export function fulldomainOf({
  subdomain,
  zone,
}: Pick<DelegateDetails, "subdomain" | "zone">): string {
  return `${subdomain}.${zone}`;
}
