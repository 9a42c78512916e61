import { type CaaProperty, evaluateCaa, relevantProperties } from "../../check/caa/evaluate.ts";
import { challengeDomain } from "../../hostname/hostname.ts";
import type { PublicRecord } from "../../hostname/public-view.ts";
import { caName } from "../hostname/columns.ts";
import { type Html, html, type Piece } from "../html.ts";
import { type Badge, badge } from "../parts/badge.ts";
import { card } from "../parts/card.ts";
import { copyList } from "../parts/copy-list.ts";
import { type CustomerView, codeOf, NOT_LOOKED_AT, stepOf } from "./customer-view.ts";

/** Whether the customer's CAA records let the authority issue, and what to change where they do not. */
export function caaCard(given: CustomerView, number: number): Html {
  const { aside, body } = caaWords(given);
  return card({ number, title: "CAA", aside: badge(aside), body });
}

interface CaaWords {
  readonly aside: Badge;
  readonly body: Piece;
}

function caaWords(given: CustomerView): CaaWords {
  const step = stepOf(given, "caa");
  if (step === undefined) {
    const after: Badge = { tone: "idle", icon: "pending", word: "After step 1" };
    return {
      aside: given.view === undefined ? NOT_LOOKED_AT : after,
      body: html`<p>Once the record is there, we see whether your domain restricts who may issue certificates.</p>`,
    };
  }
  if (step.code === "caa-servfail") return unanswered(given);
  if (step.status === "FAIL") return blocked(given, step.code);
  return {
    aside: { tone: "ok", icon: "active", word: "Nothing to do" },
    body:
      step.code === "caa-none"
        ? html`<p>Your domain does not restrict who may issue certificates.</p>`
        : html`<p>Your CAA records allow ${caName(given.options.ca)}.</p>`,
  };
}

/** No record is missing or wrong, as far as anybody knows; what is to be mended is often not CAA. */
function unanswered(given: CustomerView): CaaWords {
  if (codeOf(given, "dnssec") !== undefined) {
    return {
      aside: { tone: "idle", icon: "pending", word: "After DNSSEC" },
      body: html`<p>While the signatures do not validate, nobody believes what your name servers say about CAA records.</p>`,
    };
  }
  const aside: Badge = { tone: "fail", icon: "fail", word: "No answer" };
  const body =
    codeOf(given, "zone") === "zone-unreachable"
      ? html`<p>Your name servers do not answer, so that nobody knows whether CAA records exist, and no certificate can be issued.</p>`
      : html`<p>Your name servers do not say whether CAA records exist, so that no certificate can be issued. Ask your DNS host to answer queries for CAA.</p>`;
  return { aside, body };
}

/** What records say to which one more is all that is missing. */
const LACKING: Readonly<Record<string, string>> = {
  "caa-other-ca": "allow other authorities only",
  "caa-issuewild-forbids": "do not allow it for wildcard names",
  "caa-forbidden-by-semicolon": "allow nobody",
};

const MISSING: Badge = { tone: "fail", icon: "fail", word: "One record is missing" };
const WRONG: Badge = { tone: "fail", icon: "fail", word: "One record is wrong" };

function blocked(given: CustomerView, code: string): CaaWords {
  const { record, view, options } = given;
  const found = view?.records.filter(({ type }) => type === "CAA") ?? [];
  const owner = found[0]?.name;
  const lacking = LACKING[code];
  const aside = lacking === undefined ? WRONG : MISSING;
  const added = addedTo(given, found, code);
  if (owner === undefined) {
    const act =
      lacking === undefined
        ? html`change its CAA records, so that they allow ${caName(options.ca)}`
        : html`add <code>CAA ${added}</code>`;
    const domain = challengeDomain(record.name);
    const body = html`<p>The name that <code>${domain}</code> is an alias of forbids it. Whoever runs that name has to ${act}; write to us if you do not know them.</p>`;
    return { aside, body };
  }
  const whole = `${owner}. CAA ${added}`;
  const body =
    lacking === undefined
      ? wrong(given, found, { code, owner, whole })
      : html`<p>The CAA records of <code>${owner}</code> ${lacking}. Add one more, and leave the others:</p>
${copyList([{ label: "Record", value: whole }])}`;
  const all = html`<p class="small soft">Found: ${found.map(({ value }) => html`<code>${value}</code> `)}</p>`;
  return { aside, body: html`${body}${all}` };
}

/**
 * RFC 8659 section 4.3: the first issuewild takes wildcard names from all that issue has allowed. So it is one only
 * where there are others.
 */
function addedTo(
  { record, options }: CustomerView,
  found: readonly PublicRecord[],
  code: string,
): string {
  const hasWild =
    code === "caa-issuewild-forbids" ||
    found.some(({ value }) => propertyOf(value)?.tag.toLowerCase() === "issuewild");
  const tag = record.name.startsWith("*.") && hasWild ? "issuewild" : "issue";
  return `0 ${tag} "${options.ca}"`;
}

interface Fault {
  readonly code: string;
  readonly owner: string;
  /** The record that would allow it. */
  readonly whole: string;
}

/** One more record helps nobody, or not without making others void. */
function wrong(
  given: CustomerView,
  found: readonly PublicRecord[],
  { code, owner, whole }: Fault,
): Piece {
  const ca = caName(given.options.ca);
  const culprits = culpritsIn(given, found, code).map((value) => html`<code>${value}</code> `);
  const where = html`at <code>${owner}</code>`;
  switch (code) {
    case "caa-critical-unknown":
      return html`<p>Remove ${culprits}${where}: it is marked critical, and no authority knows what it means, so that none may issue.</p>`;
    case "caa-validationmethods-excludes":
      return html`<p>The record ${culprits}${where} allows ${ca}, and not by DNS. Let it have one <code>validationmethods</code>, with <code>dns-01</code> among them.</p>`;
    case "caa-accounturi-mismatch":
      return html`<p>The record ${culprits}${where} allows ${ca}, and not for our account. Write to us, and we tell you the <code>accounturi</code> for it.</p>`;
    case "caa-malformed":
      return html`<p>No authority can read ${culprits}${where}, so that it allows nobody. Put this one in its place:</p>
${copyList([{ label: "Record", value: whole }])}`;
    default:
      return html`<p>The CAA records ${where} do not allow ${ca}. Write to us, and we tell you what to change.</p>`;
  }
}

/** Those that come to the same without the others. */
function culpritsIn(
  { record, options }: CustomerView,
  found: readonly PublicRecord[],
  code: string,
): readonly string[] {
  const isWildcard = record.name.startsWith("*.");
  const request = { isWildcard, ca: options.ca, accountUri: undefined, method: "dns-01" };
  const properties = new Map(
    found.flatMap(({ value }) => {
      const property = propertyOf(value);
      return property === undefined ? [] : [[property, value] as const];
    }),
  );
  const all = [...properties.keys()];
  // What is critical counts whatever it is about.
  const counting = code === "caa-critical-unknown" ? all : relevantProperties(all, request);
  return counting
    .filter((each) => evaluateCaa([each], request).code === code)
    .map((each) => properties.get(each) ?? "");
}

/** As the check has written it. */
function propertyOf(text: string): CaaProperty | undefined {
  const [, flags, tag, value] = /^(\d+) (\S+) "(.*)"$/.exec(text) ?? [];
  if (flags === undefined || tag === undefined || value === undefined) return undefined;
  return { flags: Number(flags), tag, value: value.replaceAll(/\\(["\\])/g, "$1") };
}
