import { isCutShort } from "../../check/cut-short.ts";
import type { Report, Step, StepId } from "../../check/report.ts";
import { type Html, html, type Piece } from "../html.ts";
import { compare } from "../parts/compare.ts";
import { copyList } from "../parts/copy-list.ts";
import { note } from "../parts/note.ts";
import type { StepView } from "../parts/step.ts";
import { toneOfResult } from "../parts/tone.ts";
import { caaClimb } from "./caa-climb.ts";
import { caName, issuersIn } from "./columns.ts";
import { fixOf, lines, sentenceOf } from "./records.ts";

const NAMES: Readonly<Record<StepId, string>> = {
  input: "Input",
  zone: "Zone",
  cname: "CNAME",
  resolvers: "Propagation",
  target: "Target",
  caa: "CAA",
  dnssec: "DNSSEC",
  persist: "Persist",
  traffic: "Traffic",
  tls: "Certificate",
};

/** Where nothing was asked, since nobody has said what to ask for. */
const OFF: Readonly<Partial<Record<StepId, { readonly finding: string; readonly how: Html }>>> = {
  traffic: {
    finding: "no edge targets are set",
    how: html`Set <code>checks.edge_targets</code>, or edge targets of this hostname, to see whether its traffic comes to you.`,
  },
  tls: {
    finding: "TLS probe is off",
    how: html`Set <code>checks.tls_probe = true</code> to read the certificate that visitors get.`,
  },
};

/** Each step of a check, for people. */
export function stepViews(report: Report, ca: string): readonly StepView[] {
  return report.steps.map((step) => ({
    status: step.status,
    name: NAMES[step.id],
    finding: findingOf(step, ca),
    body: bodyOf(step, report),
  }));
}

/** In half a sentence. */
export function findingOf(step: Step, ca: string): Piece {
  const { id, status, code, found } = step;
  if (status === "SKIP") {
    return code === "not-asked" ? (OFF[id]?.finding ?? "not asked") : "not reached";
  }
  if (id === "caa") return caaFinding(step, ca);
  if (code === "persist-none") return "no _validation-persist record, none needed";
  return typeof found === "string" ? found : code;
}

function caaFinding({ status, code, found }: Step, ca: string): Piece {
  if (code === "caa-none") return "no CAA anywhere: any CA may issue";
  const owner = typeof found === "object" && found !== null ? ` by ${found.owner}` : "";
  if (code === "caa-servfail") return `${String(found)}, so that no CA may issue`;
  return status === "FAIL" ? `${ca} may not issue, forbidden${owner}` : `${ca} may issue${owner}`;
}

function bodyOf(step: Step, report: Report): Piece {
  const { id, status, code, found, expected, fix, dig, trace } = step;
  if (code === "not-asked") return html`<p class="small">${OFF[id]?.how}</p>`;
  if (code === "not-reached") {
    return html`<p class="small">A step before it failed, or has nothing to go on with.</p>`;
  }
  const isCaa = id === "caa";
  const shown = foundText(found);
  return html`${
    expected !== null &&
    compare({
      expected: sentenceOf(expected).replace(/\.$/, ""),
      found: shown,
      verdict: verdictOf(step),
    })
  }${
    isCaa &&
    trace.length > 0 &&
    html`<div class="stack tight"><h3>Where a CA looks</h3>${caaClimb(report.domain, step)}</div>`
  }${fix !== null && (status === "PASS" ? note("busy", adviceOf(fix)) : fixOf(fix))}${
    !isCaa && trace.length > 0 && lines("What each server said", trace)
  }${dig !== null && copyList([{ label: "Try it", value: dig }])}${
    isCutShort(step) && note("warn", "Not everybody answered, so that this may pass by itself.")
  }`;
}

/** Advice may have a record to copy, too. */
function adviceOf(fix: string): Html {
  return html`${fixOf(fix)}`;
}

function foundText(found: Step["found"]): Piece {
  if (found === null) return "Nothing";
  if (typeof found === "string") return html`<code>${found}</code>`;
  return html`${found.rrset.map((text) => html`<code>${text}</code> `)}at <code>${found.owner}</code>`;
}

function verdictOf(step: Step) {
  const look = toneOfResult(step.status);
  const words = { PASS: "As it should be", WARN: "Not quite", FAIL: "Not so", SKIP: "Not known" };
  if (step.id === "caa" && step.status === "FAIL") return { ...look, word: "Forbidden" };
  return { ...look, word: words[step.status] };
}

/** Who may issue by these records, in a sentence. */
export function caaSentence(step: Step | undefined, ca: string): Piece {
  if (step === undefined || step.status === "SKIP") return "Not looked at yet.";
  const { found, status, code } = step;
  if (code === "caa-none") return "No CAA record restricts who may issue certificates.";
  const owner = typeof found === "object" && found !== null ? found.owner : undefined;
  if (owner === undefined) return `${capital(String(found))}.`;
  if (status !== "FAIL") return html`The CAA record at <code>${owner}</code> allows ${caName(ca)}.`;
  const issuers = typeof found === "object" && found !== null ? issuersIn(found.rrset) : [];
  if (issuers.length === 0) return html`The CAA record at <code>${owner}</code> forbids it.`;
  return html`The CAA record at <code>${owner}</code> allows ${issuers.join(", ")} only.`;
}

function capital(text: string): string {
  return sentenceOf(text).replace(/\.$/, "");
}
