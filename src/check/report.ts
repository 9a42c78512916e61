/** What a check comes to: the same for people, for `--json` and for pages. */

export const STEP_IDS = [
  "input",
  "zone",
  "cname",
  "resolvers",
  "target",
  "caa",
  "dnssec",
  "persist",
  "traffic",
  "tls",
] as const;
export type StepId = (typeof STEP_IDS)[number];

export type Status = "PASS" | "WARN" | "FAIL" | "SKIP";

/** What each code means for its step. docs/troubleshooting.md and docs/caa.md have a row for each that is no PASS. */
export const STATUS_OF_CODE = {
  ok: "PASS",
  "not-reached": "SKIP",
  "not-asked": "SKIP",
  "input-invalid": "FAIL",
  "input-public-suffix": "FAIL",
  "zone-address-private": "FAIL",
  "zone-not-found": "FAIL",
  "zone-unreachable": "FAIL",
  "zone-lame": "WARN",
  "zone-tcp-refused": "WARN",
  propagating: "FAIL",
  "cname-conflict-ns": "FAIL",
  "cname-conflict-txt": "FAIL",
  "cname-loop": "FAIL",
  "cname-chain-too-long": "FAIL",
  "cname-misdirected": "FAIL",
  "cname-wrong-owner": "FAIL",
  "cname-missing": "FAIL",
  "resolver-disagrees": "FAIL",
  "resolver-unreachable": "WARN",
  "target-unknown": "FAIL",
  "target-nxdomain": "FAIL",
  "target-unreachable": "FAIL",
  "target-wrong-negatives": "WARN",
  "caa-servfail": "FAIL",
  "caa-critical-unknown": "FAIL",
  "caa-accounturi-mismatch": "FAIL",
  "caa-validationmethods-excludes": "FAIL",
  "caa-malformed": "FAIL",
  "caa-issuewild-forbids": "FAIL",
  "caa-other-ca": "FAIL",
  "caa-forbidden-by-semicolon": "FAIL",
  "caa-misspelt": "WARN",
  "caa-accounturi-unchecked": "WARN",
  "caa-accounturi-missing": "WARN",
  "caa-allows": "PASS",
  "caa-none": "PASS",
  "dnssec-bogus": "FAIL",
  "dnssec-valid": "PASS",
  "dnssec-unsigned": "PASS",
  "persist-present": "PASS",
  "persist-none": "PASS",
  "traffic-not-switched": "WARN",
  "tls-expiring": "WARN",
} as const;
export type Code = keyof typeof STATUS_OF_CODE;

/** Where the CAA RRset that decides was found. */
export interface FoundCaa {
  /** The name that was asked for. */
  readonly asked: string;
  /** The name that has it, which is another one behind an alias. */
  readonly owner: string;
  /** In presentation format, without owner, TTL, class and type. */
  readonly rrset: readonly string[];
}

export interface Step {
  readonly id: StepId;
  readonly status: Status;
  readonly code: Code;
  readonly found: string | FoundCaa | null;
  readonly expected: string | null;
  /** A command that shows the same; null where nothing was asked. */
  readonly dig: string | null;
  /** What to do. A PASS may have advice. */
  readonly fix: string | null;
  readonly trace: readonly string[];
}

export interface Report {
  /** A-labels in lower case, without `*.` and the final dot; what is no host name, as it was given. */
  readonly domain: string;
  readonly result: "pass" | "warn" | "fail";
  readonly steps: readonly Step[];
}

type StepDetails = Partial<Omit<Step, "id" | "status" | "code">>;

export function step(id: StepId, code: Code, details: StepDetails = {}): Step {
  const nothing = { found: null, expected: null, dig: null, fix: null, trace: [] };
  return { id, status: STATUS_OF_CODE[code], code, ...nothing, ...details };
}

/** The ten steps in their order; those that are not given were not reached. */
export function reportOf(domain: string, given: readonly Step[]): Report {
  const steps = STEP_IDS.map(
    (id) => given.find((each) => each.id === id) ?? step(id, "not-reached"),
  );
  return { domain: printable(domain), result: resultOf(steps), steps: steps.map(printableStep) };
}

/** The worst of them; what was skipped counts for nothing. */
export function resultOf(all: readonly { readonly status: Status }[]): Report["result"] {
  const has = (status: Status): boolean => all.some((each) => each.status === status);
  return has("FAIL") ? "fail" : has("WARN") ? "warn" : "pass";
}

function printableStep({ found, expected, dig, fix, trace, ...rest }: Step): Step {
  return {
    ...rest,
    found: typeof found === "object" && found !== null ? printableCaa(found) : orNull(found),
    expected: orNull(expected),
    dig: orNull(dig),
    fix: orNull(fix),
    trace: trace.map(printable),
  };
}

function printableCaa({ asked, owner, rrset }: FoundCaa): FoundCaa {
  return { asked: printable(asked), owner: printable(owner), rrset: rrset.map(printable) };
}

function orNull(text: string | null): string | null {
  return text === null ? null : printable(text);
}

/** Names and values are others': what a terminal would act on is written as RFC 1035 section 5.1 writes octets. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, (character) =>
    octetsOf(character)
      .map((octet) => `\\${String(octet).padStart(3, "0")}`)
      .join(""),
  );
}

/** Octets of names are characters of Latin-1, values are read as UTF-8. */
function octetsOf(character: string): number[] {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? [code] : [...Buffer.from(character)];
}
