import { describe, expect, test } from "vitest";
import { caaAdvice } from "../../src/check/caa/caa-advice.ts";
import { type FoundCaa, type Step, step } from "../../src/check/report.ts";
import { zoneNameOf } from "../../src/check/zone-name.ts";

const ZONE = step("zone", "ok", { found: "example.com, 2 name servers at 2 addresses" });
const ACCOUNT = "https://ca.example/acct/1";

interface Looked {
  readonly trace: readonly string[];
  readonly found?: FoundCaa;
}

function reportWith({ trace, found }: Looked, zone: Step = ZONE): { steps: readonly Step[] } {
  return { steps: [zone, step("caa", "caa-allows", { trace, ...(found && { found }) })] };
}

function found(owner: string, rrset: readonly string[], asked = owner): FoundCaa {
  return { asked, owner, rrset };
}

const site = { domain: "www.example.com", isWildcard: false, accountUri: undefined };
const wild = { domain: "example.com", isWildcard: true, accountUri: undefined };

describe("which records bind a name to one account", () => {
  test("a wildcard needs `issue`: `issuewild` alone lets others issue for the name itself", () => {
    expect(caaAdvice(wild, undefined)).toMatchObject({ owner: "example.com", tags: ["issue"] });
  });

  test("and `issuewild` besides where there is one, which goes before `issue`", () => {
    const rrset = ['0 issue "ca.example"', '0 issuewild "other.example"', '0 issuewild ";"'];
    const report = reportWith({ trace: [], found: found("example.com", rrset) });
    expect(caaAdvice(wild, report)).toMatchObject({
      tags: ["issue", "issuewild"],
      replaced: rrset.slice(0, 2),
    });
    expect(caaAdvice({ ...wild, isWildcard: false }, report).tags).toEqual(["issue"]);
  });

  test.for([
    ['0 issue "ca.example"', [true, true]],
    ['0 issue "ca.example; validationmethods=dns-01"', [true, true]],
    [`0 issue "ca.example; accounturi=${ACCOUNT}"`, [false, false]],
    ['0 issue "ca.example; accounturi=https://ca.example/acct/12"', [false, true]],
    ['0 issue ";"', [false, false]],
    ['0 issue " "', [false, false]],
    ['0 iodef "mailto:it@example.com"', [false, false]],
  ] as const)("%s has to go: %j where no account is known, and where one is", ([text, wanted]) => {
    const report = reportWith({ trace: [], found: found("www.example.com", [text]) });
    const goes = [undefined, ACCOUNT].map(
      (accountUri) => caaAdvice({ ...site, accountUri }, report).replaced.length > 0,
    );
    expect(goes).toEqual(wanted);
  });
});

describe("where they can stand", () => {
  const ALIAS = "www.example.com: CNAME edge.cdn.example";
  test.for<[string, string | undefined, Looked]>([
    ["at the name", "www.example.com", { trace: ["www.example.com: none", "example.com: none"] }],
    ["above an alias", "example.com", { trace: [`${ALIAS}, none`, "example.com: none"] }],
    [
      "above an alias, where there are some",
      "example.com",
      {
        trace: [`${ALIAS}, none`, 'example.com: CAA 0 issue "x.example" (decides)'],
        found: found("example.com", ['0 issue "x.example"']),
      },
    ],
    [
      "nowhere, where those of another's name decide",
      undefined,
      {
        trace: [`${ALIAS}, CAA 0 issue "x.example" (decides)`],
        found: found("edge.cdn.example", ['0 issue "x.example"'], "www.example.com"),
      },
    ],
    [
      "at the target of an alias that is in the zone",
      "web.example.com",
      {
        trace: ['www.example.com: CNAME web.example.com, CAA 0 issue "x.example" (decides)'],
        found: found("web.example.com", ['0 issue "x.example"'], "www.example.com"),
      },
    ],
  ])("%s", ([, owner, looked]) => {
    expect(caaAdvice(site, reportWith(looked)).owner).toBe(owner);
  });

  test("not above the zone", () => {
    const zone = step("zone", "ok", { found: "www.example.com, 1 name server at 1 address" });
    const looked = { trace: [`${ALIAS}, none`, "example.com: none"] };
    expect(caaAdvice(site, reportWith(looked, zone)).owner).toBe(undefined);
  });
});

test("the zone is the one that was found, or that of the registered name", () => {
  const zoneOf = (zone: Step) => zoneNameOf({ steps: [zone] }, "www.shop.example.com");
  const text = ", 1 name server at 1 address, UDP and TCP answer";
  expect(zoneOf(step("zone", "ok", { found: `shop.example.com${text}` }))).toBe("shop.example.com");
  expect(zoneOf(step("zone", "ok", { found: `other.example${text}` }))).toBe("example.com");
  expect(zoneOf(step("zone", "zone-lame", { found: "x, y" }))).toBe("example.com");
  expect(zoneNameOf(undefined, "www.shop.example.co.uk")).toBe("example.co.uk");
});
