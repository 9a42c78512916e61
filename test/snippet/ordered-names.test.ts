import { expect, test } from "vitest";
import { formatAccount } from "../../src/snippet/client-formats.ts";
import { usageOf } from "../../src/snippet/client-usage.ts";
import { CLIENT_FORMATS } from "../../src/snippet/words.ts";

const account = {
  ...{ username: "u", password: "p", fulldomain: "d.auth.example.org", subdomain: "d" },
  ...{ allowfrom: [], server: "https://auth.example.org" },
};

function textsOf(isWildcard: boolean | undefined): string[] {
  const purpose = { domain: "www.example.com", ca: "production", isWildcard } as const;
  return CLIENT_FORMATS.map((format) => {
    const usage = usageOf(format, { ...purpose, server: account.server, file: "FILE" });
    return `${format}: ${formatAccount(format, account, purpose)}${usage.join("\n")}`;
  });
}

test("a name is ordered alone", () => {
  for (const isWildcard of [undefined, false]) {
    for (const text of textsOf(isWildcard)) expect(text).not.toContain("*.");
  }
});

test("a wildcard with the name that it is below", () => {
  const wild = textsOf(true).filter((text) => text.includes("*.www.example.com'"));
  expect(wild.map((text) => text.split(":", 1)[0])).toEqual(
    CLIENT_FORMATS.filter((each) => ["lego", "acme.sh", "certbot", "posh-acme"].includes(each)),
  );
  expect(wild.join("\n")).toContain("-d www.example.com -d '*.www.example.com'");
  expect(wild.join("\n")).toContain("New-PACertificate 'www.example.com', '*.www.example.com'");
});
