import { challengeDomain, type Hostname } from "./hostname.ts";

/** Longer than zones need to spread, so somebody should look (product F36). */
const LONG_MS = 3_600_000;

/** What the text needs besides the host name itself. */
export interface ActionContext {
  /** The delegate's full name. */
  readonly fulldomain: string;
  /** Those that count for it. */
  readonly edgeTargets: readonly string[];
  readonly nowMs: number;
}

/** The one thing to do about a host name as it stands, and who does it. */
export function nextAction(hostname: Hostname, context: ActionContext): string {
  const { name, state, advice, sinceMs } = hostname;
  const { fulldomain, edgeTargets, nowMs } = context;
  const record = challengeRecord(name, fulldomain);
  const isLong = nowMs - sinceMs >= LONG_MS;
  switch (state) {
    case "pending":
      return advice || `create this record at the DNS host of ${challengeDomain(name)}: ${record}`;
    case "propagating": {
      const what = advice || "nothing: it is right, and looked at once more before it counts";
      return isLong ? `it has been so for over an hour: ${what}` : what;
    }
    case "ready":
      return "let your ACME client order the certificate: everything is set up, and no value was published and asked for since it was added";
    case "active":
      return "nothing: certificates are issued and renewed";
    case "stale":
      return `look at the ACME client of ${name}: it has published no value for longer than checks.stale_after`;
    case "never_pointed":
      return `let ${name} lead to ${listed(edgeTargets)}, or delete the host name: its CNAME is right, and its traffic has never come`;
    case "offboarding":
      return `ask whether the customer has left, since ${name} leads elsewhere; if so, have this record deleted: ${record} and lock or delete the delegate`;
    case "locked":
      return `unlock the delegate, or delete it and have this record deleted: ${record}`;
    case "orphaned":
      return `have this record deleted at the DNS host of ${challengeDomain(name)}, since its delegate is deleted: ${record}`;
    default:
      return advice || `check ${name} again, and see what the check says`;
  }
}

/** As in a zone file. */
export function challengeRecord(name: string, fulldomain: string): string {
  return `_acme-challenge.${challengeDomain(name)}. CNAME ${fulldomain}.`;
}

function listed(targets: readonly string[]): string {
  return targets.length === 0 ? "you" : targets.join(" or ");
}
