import type { Report } from "../../check/report.ts";
import type { CaChoice } from "../../snippet/words.ts";
import type { CredentialRecord } from "../../store/administration.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { DelegateDetails, EventRow } from "../../store/lists.ts";
import type { PortalParts } from "../portal-parts.ts";
import type { Visit } from "../visit.ts";
import { counted } from "../words.ts";

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

/** A key is shown on this page, and never again: whatever loads it anew takes the key away. */
export function hasFreshKey({ visit }: Pick<DelegateView, "visit">): boolean {
  return visit.flash?.secret?.credential !== undefined;
}

/** docs/instant-names.md: it has certificates for itself, no CNAME leads there, and it has no host names. */
export function isInstant({ parts, details }: Pick<DelegateView, "parts" | "details">): boolean {
  const zones = parts.means.servedZones();
  return zones.some((each) => each.isInstant && each.apex === details.zone);
}

const MOST_NAMES = 5;

/** How many host names something is about, and the first of them by name. */
export function namesInWords(names: readonly string[]): string {
  const others = names.length - MOST_NAMES;
  const first = names.slice(0, MOST_NAMES).join(", ");
  return `${counted(names.length, "hostname")}: ${first}${others > 0 ? ` and ${counted(others, "other")}` : ""}`;
}
