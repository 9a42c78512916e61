/**
 * Whether a certificate authority may issue by a CAA RRset: RFC 8659 section 4, RFC 8657, and what Let's
 * Encrypt does where they leave a choice. Without network: the RRset is the one that the climb has found.
 */
import { editDistance } from "../../edit-distance.ts";
import type { CaaData } from "../message.ts";
import type { Code } from "../report.ts";
import { type IssueParameter, type IssueValue, parseIssueValue } from "./issue-value.ts";

export type CaaProperty = Pick<CaaData, "flags" | "tag" | "value">;

/** Who wants a certificate for what. */
export interface IssueRequest {
  readonly isWildcard: boolean;
  /** The issuer domain name of the authority, such as letsencrypt.org. */
  readonly ca: string;
  /** The ACME account (RFC 8555 section 7.3); undefined: not known. */
  readonly accountUri: string | undefined;
  /** The validation method (RFC 8555 section 9.7.8), such as dns-01. */
  readonly method: string;
}

export type CaaCode = Extract<Code, `caa-${string}`>;

export interface CaaVerdict {
  readonly code: CaaCode;
  /** What decides, or what is wrong with it, as half a sentence; "" if there is nothing to say. */
  readonly reason: string;
}

/** RFC 8659 section 4.1: an issuer that does not understand the property must not issue. */
const CRITICAL = 128;
/** Many have taken the other end of the octet for the first bit, and Let's Encrypt does so, too. */
const MISTAKEN_CRITICAL = 1;
const KNOWN_TAGS = ["issue", "issuewild", "iodef", "issuemail"];
const ACCOUNT = "accounturi";
const METHODS = "validationmethods";
/** RFC 8657 section 4. */
const METHOD = /^[A-Za-z0-9-]+$/;
const NEAR = 2;

export function evaluateCaa(rrset: readonly CaaProperty[], request: IssueRequest): CaaVerdict {
  const critical = rrset.find(
    ({ flags, tag }) =>
      (flags & (CRITICAL | MISTAKEN_CRITICAL)) !== 0 && !KNOWN_TAGS.includes(tag.toLowerCase()),
  );
  if (critical !== undefined) {
    const { tag, flags } = critical;
    const reason = `${tag} is marked critical (flag ${flags}) and no authority knows it`;
    return { code: "caa-critical-unknown", reason };
  }
  const relevant = relevantProperties(rrset, request);
  if (relevant.length === 0) return { code: "caa-allows", reason: "no property is about this" };
  const judged = relevant.map(({ value }) => judge(value, request));
  const permitting = judged.filter(({ verdict }) => verdict === "permits");
  return permitting.length > 0
    ? howPermitted(permitting, request)
    : whyForbidden(judged, rrset, request);
}

/** RFC 8659 section 4.3: for a wildcard name, issuewild instead of issue wherever there is one. */
export function relevantProperties(
  rrset: readonly CaaProperty[],
  { isWildcard }: Pick<IssueRequest, "isWildcard">,
): readonly CaaProperty[] {
  const withTag = (wanted: string) => rrset.filter(({ tag }) => tag.toLowerCase() === wanted);
  const wild = isWildcard ? withTag("issuewild") : [];
  return wild.length > 0 ? wild : withTag("issue");
}

type Judged =
  | { readonly verdict: "malformed"; readonly reason: string }
  | {
      readonly verdict: "permits" | "other-account" | "other-method" | "other-ca" | "nobody";
      readonly reason: string;
      readonly value: IssueValue;
    };

function judge(text: string, request: IssueRequest): Judged {
  const value = parseIssueValue(text);
  if (typeof value === "string") return { verdict: "malformed", reason: value };
  if (value.issuer === "") return { verdict: "nobody", reason: `"${text}"`, value };
  if (value.issuer.toLowerCase() !== request.ca.toLowerCase()) {
    return { verdict: "other-ca", reason: value.issuer, value };
  }
  const account = wrongAccount(value.parameters, request.accountUri);
  if (account !== undefined) return { verdict: "other-account", reason: account, value };
  const method = wrongMethod(value.parameters, request.method);
  if (method !== undefined) return { verdict: "other-method", reason: method, value };
  return { verdict: "permits", reason: text, value };
}

/** RFC 8657 section 3: compared octet for octet, and nobody has two accounts at once. */
function wrongAccount(
  parameters: readonly IssueParameter[],
  accountUri: string | undefined,
): string | undefined {
  const [only, another] = parameters.filter(({ tag }) => tag === ACCOUNT);
  if (another !== undefined) return "it has two accounturi, which no account satisfies";
  if (only === undefined || accountUri === undefined || only.value === accountUri) return undefined;
  return `accounturi is ${only.value}, not ${accountUri}`;
}

/** RFC 8657 section 4, which leaves two of them open: authorities refuse. */
function wrongMethod(parameters: readonly IssueParameter[], method: string): string | undefined {
  const [only, another] = parameters.filter(({ tag }) => tag === METHODS);
  if (another !== undefined) return "it has two validationmethods, which authorities refuse";
  if (only === undefined) return undefined;
  const methods = only.value.split(",");
  if (only.value === "") return "validationmethods is empty";
  const odd = methods.find((each) => !METHOD.test(each));
  if (odd !== undefined) return `validationmethods has an entry that is no method: "${odd}"`;
  return methods.includes(method)
    ? undefined
    : `validationmethods is ${only.value}, without ${method}`;
}

const IN_ORDER = [
  { verdict: "other-account", code: "caa-accounturi-mismatch" },
  { verdict: "other-method", code: "caa-validationmethods-excludes" },
  { verdict: "malformed", code: "caa-malformed" },
] as const;

function whyForbidden(
  judged: readonly Judged[],
  rrset: readonly CaaProperty[],
  request: IssueRequest,
): CaaVerdict {
  for (const { verdict, code } of IN_ORDER) {
    const first = judged.find((each) => each.verdict === verdict);
    if (first !== undefined) return { code, reason: first.reason };
  }
  const others = judged.filter(({ verdict }) => verdict === "other-ca");
  const named = [...new Set(others.map(({ reason }) => reason))].join(", ");
  if (request.isWildcard && rrset.some(({ tag }) => tag.toLowerCase() === "issuewild")) {
    const reason = named === "" ? 'issuewild is ";"' : `issuewild names ${named} alone`;
    return { code: "caa-issuewild-forbids", reason };
  }
  if (named !== "") return { code: "caa-other-ca", reason: `it names ${named} alone` };
  return { code: "caa-forbidden-by-semicolon", reason: 'it is ";", which permits nobody' };
}

function howPermitted(permitting: readonly Judged[], request: IssueRequest): CaaVerdict {
  const values = permitting.flatMap((each) => (each.verdict === "malformed" ? [] : [each.value]));
  const misspelt = values.map((value) => misspellingOf(value, request)).find((each) => each !== "");
  if (misspelt !== undefined) return { code: "caa-misspelt", reason: misspelt };
  const bound = values.filter(({ parameters }) => parameters.some(({ tag }) => tag === ACCOUNT));
  if (request.accountUri === undefined) {
    if (bound.length < values.length) return { code: "caa-allows", reason: "" };
    const reason = "it permits certain accounts alone, and which one is yours was not said";
    return { code: "caa-accounturi-unchecked", reason };
  }
  if (bound.length === values.length) return { code: "caa-allows", reason: "" };
  return { code: "caa-accounturi-missing", reason: `any account of ${request.ca} may issue` };
}

/** What an authority reads otherwise than it was meant, or not at all; "" if there is nothing. */
function misspellingOf({ issuer, parameters }: IssueValue, { ca }: IssueRequest): string {
  if (issuer !== ca) return `write ${ca}, not ${issuer}: Let's Encrypt compares exactly`;
  for (const { tag } of parameters) {
    const meant = [ACCOUNT, METHODS].find((word) => word !== tag && isNear(tag, word));
    if (meant !== undefined) return `write ${meant}, not ${tag}, which authorities ignore`;
  }
  return "";
}

function isNear(tag: string, word: string): boolean {
  return editDistance(tag.toLowerCase(), word) <= NEAR;
}
