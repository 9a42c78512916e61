import { formatRRset } from "../../src/dns/presentation.ts";
import { parseName } from "../../src/dns/presentation-scanner.ts";
import type { ServedZone } from "../../src/server/respond.ts";
import { lookup } from "../../src/zone/lookup.ts";
import { QTYPE } from "../support/query.ts";

export interface Outcome {
  readonly kind: string;
  /** The chain of CNAMEs and what it leads to, in presentation format. */
  readonly answer: readonly string[];
  /** Of a referral: the NS records, and the glue. */
  readonly ns?: readonly string[];
  readonly glue?: readonly string[];
}

/** The outcome of `name TYPE`, the name absolute. */
export function lookUp({ zone, challenges }: ServedZone, question: string): Outcome {
  const [name = "", type = ""] = question.split(" ");
  const answer = lookup(zone, challenges, parseName(name), QTYPE[type] ?? 0);
  const chain = answer.chain.flatMap(formatRRset);
  switch (answer.kind) {
    case "data": {
      const found = answer.rrset === undefined ? [] : formatRRset(answer.rrset);
      return { kind: "data", answer: [...chain, ...found] };
    }
    case "nodata":
    case "nxdomain":
      return { kind: answer.kind, answer: chain };
    case "referral": {
      const glue = answer.glue.flatMap(formatRRset);
      return { kind: "referral", answer: chain, ns: formatRRset(answer.ns), glue };
    }
  }
}
