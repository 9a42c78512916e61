import type { PublicView } from "../../hostname/public-view.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";
import type { Badge } from "../parts/badge.ts";
import { toneOf } from "../parts/tone.ts";

/** What the configuration says to customers. */
export interface CustomerOptions {
  /** How the operator is called. */
  readonly operator: string;
  /** A mail address or a URL; "": there is none. */
  readonly support: string;
  readonly edgeTargets: readonly string[];
  readonly ca: string;
}

/** What the page of a customer is made of. */
export interface CustomerView {
  readonly token: string;
  readonly record: HostnameRecord;
  /** Undefined: it was not looked at yet. */
  readonly view: PublicView | undefined;
  /** The name that the customer has registered. */
  readonly own: string;
  /** Their zone that the records are entered in, which can be one below. */
  readonly zone: string;
  readonly options: CustomerOptions;
  readonly nowMs: number;
  readonly isUnderWay: boolean;
  /** A check was asked for too soon. */
  readonly waitSeconds: number;
  readonly refreshSeconds?: number;
}

export const NOT_LOOKED_AT: Badge = { tone: "idle", icon: "skip", word: "Not looked at yet" };

type PublicStep = PublicView["steps"][number];

/** A step that was reached. */
export function stepOf(
  { view }: Pick<CustomerView, "view">,
  id: PublicStep["id"],
): PublicStep | undefined {
  return view?.steps.find((each) => each.id === id && each.status !== "SKIP");
}

/** How a step ended that did not pass. */
export function codeOf(
  given: Pick<CustomerView, "view">,
  id: PublicStep["id"],
): string | undefined {
  const step = stepOf(given, id);
  return step?.status === "FAIL" ? step.code : undefined;
}

/** Steps that the customer can do something about. */
const THEIRS = ["zone", "cname", "caa", "dnssec"] as const;

/** Something does not work, and nothing that the customer sees or could mend: they would look for it in vain. */
export function isOurTurn({ record: { state }, view }: CustomerView): boolean {
  const isWrong = toneOf(state) === "fail" || state === "stale";
  return isWrong && view !== undefined && THEIRS.every((id) => codeOf({ view }, id) === undefined);
}
