import { isCutShort } from "../../check/cut-short.ts";
import type { Code, Report, Status, Step, StepId } from "../../check/report.ts";
import { type Html, html, type Piece } from "../html.ts";
import { compare } from "../parts/compare.ts";
import { copyList } from "../parts/copy-list.ts";
import { note } from "../parts/note.ts";
import type { StepView } from "../parts/step.ts";
import { toneOfResult } from "../parts/tone.ts";
import { caaClimb } from "./caa-climb.ts";
import { caName, isBound, issuersIn } from "./columns.ts";
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

/** How a step ended, for pages: an account that the check was not told is no flaw of what it has found. */
export function statusShown(step: Step): Status {
  return isBound(step) ? "PASS" : step.status;
}

/** Each step of a check, for people. */
export function stepViews(report: Report, ca: string): readonly StepView[] {
  return report.steps.map((step) => ({
    status: statusShown(step),
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

function caaFinding(step: Step, ca: string): Piece {
  const { status, code, found } = step;
  if (code === "caa-none") return "no CAA anywhere: any CA may issue";
  const owner = typeof found === "object" && found !== null ? ` by ${found.owner}` : "";
  if (code === "caa-servfail") return `${String(found)}, so that no CA may issue`;
  if (status === "FAIL") return `${ca} may not issue, forbidden${owner}`;
  return isBound(step)
    ? `${ca} may issue to certain accounts alone${owner}`
    : `${ca} may issue${owner}`;
}

/** What the command line advises there, pages cannot do. */
const ABOUT_ACCOUNTS =
  "Certain accounts alone get certificates. This server does not know yours: see that the record names the one of your ACME client.";

function bodyOf(step: Step, report: Report): Piece {
  const { id, code, found, expected, dig, trace } = step;
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
  }${fixShown(step)}${
    !isCaa && trace.length > 0 && lines("What each server said", trace)
  }${dig !== null && copyList([{ label: "Try it", value: dig }])}${
    isCutShort(step) && note("warn", "Not everybody answered, so that this may pass by itself.")
  }`;
}

function fixShown(step: Step): Piece {
  const { status, fix } = step;
  if (isBound(step)) return note("busy", ABOUT_ACCOUNTS);
  return fix !== null && (status === "PASS" ? note("busy", adviceOf(fix)) : fixOf(fix));
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
  const status = statusShown(step);
  const look = toneOfResult(status);
  const words = { PASS: "As it should be", WARN: "Not quite", FAIL: "Not so", SKIP: "Not known" };
  if (step.id === "caa" && step.status === "FAIL") return { ...look, word: "Forbidden" };
  return { ...look, word: words[status] };
}

/** What a CAA RRset does that forbids it, as the second half of a sentence. */
const FORBIDS: Readonly<Partial<Record<Code, (ca: string) => string>>> = {
  "caa-issuewild-forbids": (ca) => `does not let ${ca} issue for wildcard names`,
  "caa-forbidden-by-semicolon": () => "lets nobody issue",
  "caa-validationmethods-excludes": (ca) => `does not let ${ca} validate over DNS`,
  "caa-accounturi-mismatch": (ca) => `does not let ${ca} issue to your account`,
  "caa-malformed": (ca) => `cannot be understood, so that ${ca} may not issue`,
  "caa-critical-unknown": () => "has a critical property that no CA knows, so that none may issue",
};

/** Who may issue by these records, in a sentence. */
export function caaSentence(step: Step | undefined, ca: string): Piece {
  if (step === undefined || step.status === "SKIP") return "Not looked at yet.";
  const { found, status, code } = step;
  if (code === "caa-none") return "No CAA record restricts who may issue certificates.";
  const owner = typeof found === "object" && found !== null ? found.owner : undefined;
  if (owner === undefined) return `${capital(String(found))}.`;
  if (isBound(step)) {
    return html`The CAA record at <code>${owner}</code> allows ${caName(ca)} for certain accounts alone.`;
  }
  if (status !== "FAIL") return html`The CAA record at <code>${owner}</code> allows ${caName(ca)}.`;
  // Of others, what the records name is not who may issue.
  const isOtherCa = code === "caa-other-ca" && typeof found === "object" && found !== null;
  const issuers = isOtherCa ? issuersIn(found.rrset) : [];
  const what =
    issuers.length > 0
      ? `allows ${issuers.join(", ")} only`
      : (FORBIDS[code]?.(caName(ca)) ?? `does not let ${caName(ca)} issue`);
  return html`The CAA record at <code>${owner}</code> ${what}.`;
}

function capital(text: string): string {
  return sentenceOf(text).replace(/\.$/, "");
}
