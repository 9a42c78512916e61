import { expect, test } from "vitest";
import { whyNotReadable } from "../../src/delegate/readable-name.ts";

const ZONE = "auth.example.org";

const why = (name: string, ...records: string[]): string | undefined =>
  whyNotReadable(name, ZONE, (fullName) => records.includes(fullName));

test("a host name in front of the zone", () => {
  expect(why("www.example.com", `ns1.${ZONE}`)).toBeUndefined();
  expect(why("xn--strae-oqa.de")).toBeUndefined();
});

test.for(["www", "_acme-challenge.example.com", "a..b", "-a.example.com", "*.example.com"])(
  "not %s",
  (name) => {
    expect(why(name)).toBeDefined();
  },
);

test("nothing at, above or below records of the configuration", () => {
  for (const there of ["www.example.com", "example.com", "com"]) {
    expect(why("www.example.com", `${there}.${ZONE}`)).toContain(there);
  }
});

test("nothing that takes names away from a wildcard of the configuration", () => {
  expect(why("www.example.com", `*.${ZONE}`)).toContain(`*.${ZONE}`);
});
