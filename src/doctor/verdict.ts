import type { Status } from "../check/report.ts";
import type { Finding } from "./finding.ts";

/** What all findings come to, for people. */
export interface Verdict {
  /** Half a sentence, without a full stop. */
  readonly title: string;
  readonly lead: string;
}

const WORDS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

export function verdictOf(findings: readonly Finding[]): Verdict {
  const count = (wanted: Status): number =>
    findings.filter(({ status }) => status === wanted).length;
  const counts = {
    passed: count("PASS"),
    warned: count("WARN"),
    failed: count("FAIL"),
    skipped: count("SKIP"),
  };
  return { title: titleOf(counts), lead: leadOf(counts) };
}

type Counts = Readonly<Record<"passed" | "warned" | "failed" | "skipped", number>>;

function titleOf({ warned, failed }: Counts): string {
  if (failed > 0) return capitalized(`${things(failed)} ${failed === 1 ? "is" : "are"} wrong`);
  if (warned > 0) return `Nothing is wrong, ${things(warned)} could be better`;
  return "Everything is as it should be";
}

function things(count: number): string {
  return `${WORDS[count] ?? count} ${count === 1 ? "thing" : "things"}`;
}

function leadOf({ passed, warned, failed, skipped }: Counts): string {
  const checks = passed === 1 ? "1 check passes" : `${passed === 0 ? "No" : passed} checks pass`;
  const others = [
    ...(warned > 0 ? [warned === 1 ? "1 warns" : `${warned} warn`] : []),
    ...(failed > 0 ? [failed === 1 ? "1 fails" : `${failed} fail`] : []),
  ];
  const all = [checks, ...others];
  const listed = [all.slice(0, -1).join(", "), ...all.slice(-1)].filter((part) => part !== "");
  const toDo = warned + failed;
  return [
    `${listed.join(" and ")}.`,
    ...(toDo > 0 ? [`${toDo === 1 ? "It" : "Each"} has a fix of one line.`] : []),
    ...(skipped > 0 ? [`${skipped} more could not be made.`] : []),
  ].join(" ");
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
