import { isCutShort } from "../check/cut-short.ts";
import type { Code, Report, Step, StepId } from "../check/report.ts";
import type { HostnameState } from "./hostname.ts";

/** What one check means for a host name. */
export type Verdict =
  | { readonly kind: "pass" }
  | {
      readonly kind: "fail";
      readonly state: HostnameState;
      readonly reason: string;
      readonly advice: string;
      /** Whether somebody has said so, and it is not that nobody was heard or that servers differ. */
      readonly isDefinite: boolean;
    };

/** Steps in the order in which they decide: what explains another one comes before it. */
const ORDER: readonly StepId[] = ["input", "zone", "cname", "dnssec", "target", "resolvers", "caa"];

const BY_CODE: Partial<Record<Code, { readonly state: HostnameState; readonly isPassing?: true }>> =
  {
    "zone-unreachable": { state: "error", isPassing: true },
    propagating: { state: "propagating", isPassing: true },
    "cname-conflict-ns": { state: "conflict" },
    "cname-conflict-txt": { state: "conflict" },
    "cname-loop": { state: "misdirected" },
    "cname-chain-too-long": { state: "misdirected" },
    "cname-misdirected": { state: "misdirected" },
    "cname-wrong-owner": { state: "misdirected" },
    "cname-missing": { state: "pending" },
    "resolver-disagrees": { state: "propagating", isPassing: true },
    "target-unknown": { state: "misdirected" },
    "target-nxdomain": { state: "misdirected" },
    "target-unreachable": { state: "error", isPassing: true },
    "caa-servfail": { state: "caa-blocked", isPassing: true },
    "dnssec-bogus": { state: "dnssec-bogus" },
  };

export function verdictOf(report: Report): Verdict {
  const failed = ORDER.map((id) => report.steps.find((step) => step.id === id)).find(
    (step) => step?.status === "FAIL",
  );
  return failed === undefined ? { kind: "pass" } : failure(failed);
}

function failure(step: Step): Verdict {
  const { id, code, fix } = step;
  const row = BY_CODE[code] ?? { state: id === "caa" ? "caa-blocked" : "error" };
  return {
    kind: "fail",
    state: row.state,
    reason: code,
    advice: fix ?? "",
    isDefinite: row.isPassing !== true && !isCutShort(step),
  };
}

/** Steps of `cname` after which nothing at the challenge name leads to its delegate. */
const ELSEWHERE: ReadonlySet<Code> = new Set([
  "cname-missing",
  "cname-wrong-owner",
  "cname-misdirected",
  "cname-conflict-ns",
  "cname-conflict-txt",
  "cname-loop",
  "cname-chain-too-long",
]);

/** Whether somebody has said that nothing leads to its delegate any more. */
export function isRecordGone({ steps }: Report): boolean {
  return steps.some(
    (step) =>
      step.code === "zone-not-found" ||
      (step.id === "cname" && ELSEWHERE.has(step.code) && !isCutShort(step)),
  );
}

/** Where its traffic goes by a report: to us, elsewhere, nobody knows, or nobody wants to know. */
export function trafficOf(report: Report): "here" | "elsewhere" | "unknown" | "not-asked" {
  const traffic = report.steps.find(({ id }) => id === "traffic");
  if (traffic?.code === "ok") return "here";
  if (traffic?.code === "not-asked") return "not-asked";
  // The trace has the questions that were not answered.
  const isKnown = traffic?.code === "traffic-not-switched" && traffic.trace.length === 0;
  return isKnown ? "elsewhere" : "unknown";
}
