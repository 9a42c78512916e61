import type { PublicView } from "../../hostname/public-view.ts";
import type { HostnameRecord } from "../../store/hostnames.ts";

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
  readonly options: CustomerOptions;
  readonly nowMs: number;
  readonly isUnderWay: boolean;
  /** A check was asked for too soon. */
  readonly waitSeconds: number;
  readonly refreshSeconds?: number;
}

/** How a step ended that did not pass. */
export function codeOf(
  { view }: Pick<CustomerView, "view">,
  id: PublicView["steps"][number]["id"],
): string | undefined {
  const step = view?.steps.find((each) => each.id === id);
  return step?.status === "FAIL" ? step.code : undefined;
}
