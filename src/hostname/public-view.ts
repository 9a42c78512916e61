import type { Report, Status, StepId } from "../check/report.ts";

/**
 * What a stranger may be told of a check: names, types and values under the customer's own name, which anybody can
 * ask DNS for, and how each of these steps ended. Nothing of the server, its resolvers, its operator or others.
 */
export interface PublicView {
  readonly records: readonly PublicRecord[];
  readonly steps: readonly {
    readonly id: StepId;
    readonly status: Status;
    readonly code: string;
  }[];
}

export interface PublicRecord {
  readonly name: string;
  readonly type: "CNAME" | "TXT" | "CAA";
  readonly value: string;
}

/** Steps that are about the customer's zone alone. */
const PUBLIC_STEPS: readonly StepId[] = ["input", "zone", "cname", "caa", "dnssec", "persist"];

/** `own`: the name that the customer has registered, to which a record must belong. */
export function publicView(report: Report, own: string): PublicView {
  const steps = report.steps.filter(({ id }) => PUBLIC_STEPS.includes(id));
  return {
    records: recordsOf(report).filter(({ name }) => name === own || name.endsWith(`.${own}`)),
    steps: steps.map(({ id, status, code }) => ({ id, status, code })),
  };
}

function recordsOf({ domain, steps }: Report): PublicRecord[] {
  return steps.flatMap(({ id, found }): PublicRecord[] => {
    if (id === "cname" && typeof found === "string") {
      return challengeRecords(`_acme-challenge.${domain}`, found);
    }
    if (id !== "caa" || typeof found !== "object" || found === null) return [];
    return found.rrset.map((value) => ({ name: found.owner, type: "CAA" as const, value }));
  });
}

/** Of `CNAME a -> b`, the first alias alone; of `TXT "x" "y"`, each. */
function challengeRecords(name: string, found: string): PublicRecord[] {
  const target = /(?:^|, )CNAME ([^ ,]+)/.exec(found)?.[1];
  const texts = /(?:^|, )TXT ((?:"[^"]*" ?)+)/.exec(found)?.[1] ?? "";
  return [
    ...(target === undefined ? [] : [{ name, type: "CNAME" as const, value: target }]),
    ...[...texts.matchAll(/"([^"]*)"/g)].map(([, value = ""]) => ({
      name,
      type: "TXT" as const,
      value,
    })),
  ];
}
