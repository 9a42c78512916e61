import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CaaProperty, evaluateCaa } from "../../src/check/caa/evaluate.ts";
import { parseIssueValue } from "../../src/check/caa/issue-value.ts";

/** `0 issue "value"`, as in a zone file without escapes. */
function property(text: string): CaaProperty {
  const [, flags = "", tag = "", value = ""] = /^(\d+) (\S+) "(.*)"$/.exec(text) ?? [];
  return { flags: Number(flags), tag, value };
}

interface Vector {
  readonly name: string;
  readonly rrset: readonly string[];
  readonly ca?: string;
  readonly wildcard?: true;
  readonly account?: string;
  readonly method?: string;
  readonly code: string;
}

function verdict({ rrset, ca, wildcard, account, method }: Vector): string {
  return evaluateCaa(rrset.map(property), {
    ca: ca ?? "letsencrypt.org",
    isWildcard: wildcard === true,
    accountUri: account,
    method: method ?? "dns-01",
  }).code;
}

const CA1 = "ca1.example.net";
const CA2 = "ca2.example.org";
const CRITICAL = [`0 issue "${CA1}"`, '128 tbs "Unknown"'];
const SPLIT = [`0 issue "${CA1}"`, `0 issuewild "${CA2}"`];

describe("RFC 8659", () => {
  test.for<Vector>([
    { name: "4.2 one authority", rrset: [`0 issue "${CA1}"`], ca: CA1, code: "caa-allows" },
    { name: "4.2 another one", rrset: [`0 issue "${CA1}"`], ca: CA2, code: "caa-other-ca" },
    {
      name: "4.2 either of two",
      rrset: [`0 issue "${CA1}"`, `0 issue "${CA2}"`],
      ca: CA2,
      code: "caa-allows",
    },
    {
      name: "4.2 a parameter that nobody knows",
      rrset: [`0 issue "${CA1}; account=230123"`],
      ca: CA1,
      code: "caa-allows",
    },
    { name: "4.2 nobody", rrset: ['0 issue ";"'], code: "caa-forbidden-by-semicolon" },
    {
      name: "4.2 a malformed value is as good as nobody",
      rrset: ['0 issue "%%%%%"'],
      code: "caa-malformed",
    },
    { name: "4.3 a host by issue alone", rrset: SPLIT, ca: CA1, code: "caa-allows" },
    { name: "4.3 issuewild is nothing to a host", rrset: SPLIT, ca: CA2, code: "caa-other-ca" },
    {
      name: "4.3 a wildcard by issuewild alone",
      rrset: SPLIT,
      ca: CA2,
      wildcard: true,
      code: "caa-allows",
    },
    {
      name: "4.3 issue is nothing to a wildcard beside issuewild",
      rrset: SPLIT,
      ca: CA1,
      wildcard: true,
      code: "caa-issuewild-forbids",
    },
    {
      name: "4.3 a wildcard by issue without issuewild",
      rrset: [`0 issue "${CA1}"`],
      ca: CA1,
      wildcard: true,
      code: "caa-allows",
    },
    {
      name: "4.3 issuewild alone leaves hosts to anybody",
      rrset: [`0 issuewild "${CA1}"`],
      code: "caa-allows",
    },
    {
      name: "4.4 iodef restricts nobody",
      rrset: ['0 iodef "mailto:security@example.com"'],
      code: "caa-allows",
    },
    {
      name: "4.5 a critical property that is unknown",
      rrset: CRITICAL,
      ca: CA1,
      code: "caa-critical-unknown",
    },
    { name: "4.1 tags fold case", rrset: [`0 IsSuE "${CA1}"`], ca: CA2, code: "caa-other-ca" },
    {
      name: "4.1 other bits mean nothing",
      rrset: [`0 issue "${CA1}"`, '64 tbs "x"'],
      ca: CA1,
      code: "caa-allows",
    },
    {
      name: "4.5 a critical issue is known",
      rrset: [`128 issue "${CA1}"`],
      ca: CA1,
      code: "caa-allows",
    },
    {
      name: "a critical iodef is known",
      rrset: [`0 issue "${CA1}"`, '128 iodef "mailto:a@b.test"'],
      ca: CA1,
      code: "caa-allows",
    },
  ])("$name", (vector) => {
    expect(verdict(vector)).toBe(vector.code);
  });
});

const ACCOUNT = "https://example.net/account/1234";
const OTHER = "https://example.net/account/2345";
const of = (...parameters: string[]) => [`0 issue "${["example.net", ...parameters].join("; ")}"`];

describe("RFC 8657", () => {
  test.for<Omit<Vector, "ca">>([
    {
      name: "3 the account",
      rrset: of(`accounturi=${ACCOUNT}`),
      account: ACCOUNT,
      code: "caa-allows",
    },
    {
      name: "3 another account",
      rrset: of(`accounturi=${ACCOUNT}`),
      account: OTHER,
      code: "caa-accounturi-mismatch",
    },
    {
      name: "3 octet for octet",
      rrset: of(`accounturi=${ACCOUNT}`),
      account: "https://EXAMPLE.net/account/1234",
      code: "caa-accounturi-mismatch",
    },
    {
      name: "3 two in one property satisfy nobody",
      rrset: of(`accounturi=${ACCOUNT}`, `accounturi=${ACCOUNT}`),
      account: ACCOUNT,
      code: "caa-accounturi-mismatch",
    },
    {
      name: "3 two also where no account is given",
      rrset: of(`accounturi=${ACCOUNT}`, `accounturi=${OTHER}`),
      code: "caa-accounturi-mismatch",
    },
    {
      name: "3 two properties for two accounts",
      rrset: [...of(`accounturi=${ACCOUNT}`), ...of(`accounturi=${OTHER}`)],
      account: OTHER,
      code: "caa-allows",
    },
    {
      name: "3 which account was not said",
      rrset: of(`accounturi=${ACCOUNT}`),
      code: "caa-accounturi-unchecked",
    },
    {
      name: "3 unchecked only if nothing permits without",
      rrset: [...of(`accounturi=${ACCOUNT}`), ...of()],
      code: "caa-allows",
    },
    { name: "3 any account", rrset: of(), account: ACCOUNT, code: "caa-accounturi-missing" },
    {
      name: "3 any account beside the right one",
      rrset: [...of(`accounturi=${ACCOUNT}`), ...of()],
      account: ACCOUNT,
      code: "caa-accounturi-missing",
    },
    { name: "4 the method", rrset: of("validationmethods=dns-01"), code: "caa-allows" },
    {
      name: "4 the method among others",
      rrset: of("validationmethods=ca-foo,dns-01"),
      code: "caa-allows",
    },
    {
      name: "4 other methods",
      rrset: of("validationmethods=http-01,ca-foo"),
      code: "caa-validationmethods-excludes",
    },
    {
      name: "4 the method that was asked for",
      rrset: of("validationmethods=http-01"),
      method: "http-01",
      code: "caa-allows",
    },
    {
      name: "4 no method",
      rrset: of("validationmethods="),
      code: "caa-validationmethods-excludes",
    },
    {
      name: "4 an empty entry",
      rrset: of("validationmethods=dns-01,"),
      code: "caa-validationmethods-excludes",
    },
    {
      name: "4 an entry that is no method",
      rrset: of("validationmethods=dns-01,http_01"),
      code: "caa-validationmethods-excludes",
    },
    {
      name: "4 two lists",
      rrset: of("validationmethods=dns-01", "validationmethods=dns-01"),
      code: "caa-validationmethods-excludes",
    },
    {
      name: "5 account and method",
      rrset: of(`accounturi=${ACCOUNT}`, "validationmethods=dns-01"),
      account: ACCOUNT,
      code: "caa-allows",
    },
    {
      name: "5 the account comes before the method",
      rrset: of(`accounturi=${OTHER}`, "validationmethods=http-01"),
      account: ACCOUNT,
      code: "caa-accounturi-mismatch",
    },
  ])("$name", (vector) => {
    expect(verdict({ ...vector, ca: "example.net" })).toBe(vector.code);
  });
});

const LE = "letsencrypt.org";
describe("as authorities read it", () => {
  test.for<Vector>([
    {
      name: "flag 1 is critical, too",
      rrset: [`0 issue "${LE}"`, '1 tbs "x"'],
      code: "caa-critical-unknown",
    },
    {
      name: "a critical issuemail is known (RFC 9495)",
      rrset: [`0 issue "${LE}"`, '128 issuemail ";"'],
      code: "caa-allows",
    },
    {
      name: "a name below is another authority",
      rrset: [`0 issue "sub.${LE}"`],
      code: "caa-other-ca",
    },
    { name: "empty is as a semicolon", rrset: ['0 issue ""'], code: "caa-forbidden-by-semicolon" },
    {
      name: "a semicolon with parameters",
      rrset: ['0 issue "; a=b"'],
      code: "caa-forbidden-by-semicolon",
    },
    { name: "nobody, but for one", rrset: ['0 issue ";"', `0 issue "${LE}"`], code: "caa-allows" },
    {
      name: "nobody and another",
      rrset: ['0 issue ";"', '0 issue "digicert.com"'],
      code: "caa-other-ca",
    },
    {
      name: "malformed beside one that permits",
      rrset: ['0 issue "%%"', `0 issue "${LE}"`],
      code: "caa-allows",
    },
    {
      name: "malformed comes before another authority",
      rrset: ['0 issue "a b"', '0 issue "digicert.com"'],
      code: "caa-malformed",
    },
    { name: "a final dot is no name", rrset: [`0 issue "${LE}."`], code: "caa-malformed" },
    { name: "a URL is no name", rrset: [`0 issue "https://${LE}"`], code: "caa-malformed" },
    { name: "quotes inside", rrset: [`0 issue "\\"${LE}\\""`], code: "caa-malformed" },
    {
      name: "a parameter without =",
      rrset: [`0 issue "${LE}; accounturi"`],
      code: "caa-malformed",
    },
    {
      name: "a space in a value",
      rrset: [`0 issue "${LE}; validationmethods=dns-01, http-01"`],
      code: "caa-malformed",
    },
    {
      name: "an underscore in a name",
      rrset: [`0 issue "${LE}; account_uri=x"`],
      code: "caa-malformed",
    },
    {
      name: "white space",
      rrset: [`0 issue " \t${LE} ;\tvalidationmethods \t= dns-01 "`],
      code: "caa-allows",
    },
    { name: "a final semicolon", rrset: [`0 issue "${LE};"`], code: "caa-allows" },
    {
      name: "a final semicolon after a parameter",
      rrset: [`0 issue "${LE}; validationmethods=dns-01;"`],
      code: "caa-allows",
    },
    {
      name: "the order of parameters",
      rrset: [`0 issue "${LE}; validationmethods=dns-01; x=1"`],
      code: "caa-allows",
    },
    { name: "accounturl", rrset: [`0 issue "${LE}; accounturl=x"`], code: "caa-misspelt" },
    { name: "account-uri", rrset: [`0 issue "${LE}; account-uri=x"`], code: "caa-misspelt" },
    { name: "AccountURI", rrset: [`0 issue "${LE}; AccountURI=x"`], code: "caa-misspelt" },
    {
      name: "validationmethod",
      rrset: [`0 issue "${LE}; validationmethod=http-01"`],
      code: "caa-misspelt",
    },
    {
      name: "three letters off is another word",
      rrset: [`0 issue "${LE}; accounxyz=x"`],
      code: "caa-allows",
    },
    {
      name: "the case of the authority",
      rrset: ['0 issue "LetsEncrypt.org"'],
      code: "caa-misspelt",
    },
    {
      name: "misspelt in a property that permits nobody",
      rrset: ['0 issue "digicert.com; accounturl=x"', `0 issue "${LE}"`],
      code: "caa-allows",
    },
    {
      name: "a wildcard without any",
      rrset: [`0 issue "${LE}"`, '0 issuewild ";"'],
      wildcard: true,
      code: "caa-issuewild-forbids",
    },
    {
      name: "the host beside it",
      rrset: [`0 issue "${LE}"`, '0 issuewild ";"'],
      code: "caa-allows",
    },
    {
      name: "the account of a wildcard",
      rrset: [`0 issuewild "${LE}; accounturi=a"`],
      wildcard: true,
      account: "b",
      code: "caa-accounturi-mismatch",
    },
    {
      name: "a malformed issuewild",
      rrset: ['0 issuewild "%%"'],
      wildcard: true,
      code: "caa-malformed",
    },
  ])("$name", (vector) => {
    expect(verdict(vector)).toBe(vector.code);
  });
});

test("any value has a meaning or a reason, and what permits has the authority in it", () => {
  const values = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'ab.-;= \t_"') }));
  fc.assert(
    fc.property(values, (value) => {
      const parsed = parseIssueValue(value);
      if (typeof parsed === "string") expect(parsed).not.toBe("");
      const { code } = evaluateCaa([{ flags: 0, tag: "issue", value }], {
        ca: "a.b",
        isWildcard: false,
        accountUri: undefined,
        method: "dns-01",
      });
      if (code === "caa-allows") expect(value).toMatch(/^[ \t]*a\.b[ \t]*(;|$)/);
    }),
  );
});

test("the order of properties makes no difference", () => {
  const one = fc.constantFrom(
    `0 issue "${LE}"`,
    '0 issue ";"',
    '0 issue "digicert.com"',
    `0 issue "${LE}; accounturi=a"`,
    `0 issue "${LE}; accounturl=a"`,
    '0 issuewild ";"',
    '0 issue "%"',
    '128 tbs "x"',
  );
  fc.assert(
    fc.property(fc.array(one, { maxLength: 5 }), fc.boolean(), (rrset, isWildcard) => {
      const vector = { name: "", code: "", ...(isWildcard ? { wildcard: true as const } : {}) };
      expect(verdict({ ...vector, rrset: rrset.toReversed() })).toBe(verdict({ ...vector, rrset }));
    }),
  );
});
