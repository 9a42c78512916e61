import { expect, test } from "vitest";
import { configSections, keysByPath } from "../../src/config/config.ts";
import { variableName } from "../../src/config/environment.ts";
import { loadText } from "../config/config-folder.ts";
import { codeBlocks, codeSpans, deployed, type Page, pages } from "./pages.ts";

const sections = Object.values(configSections).map(({ toml }) => toml);
const KEY = new RegExp(`^(${sections.join("|")})\\.[a-z0-9_]+(?= = |$)`);
const variables = new Set(
  [...keysByPath].flatMap(([path, key]) => [
    variableName(path),
    `${variableName(path)}_FILE`,
    ...(key.alias === undefined ? [] : [key.alias]),
  ]),
);

/** The configuration of others, and what Kubernetes sets. */
const OTHERS = /^DNSVOUCH_(PORT|SERVICE)$|^DNSVOUCH_$/;

const all = [...pages, ...deployed].map((page) => ({ name: page.name, page }));

function unknownKeys(page: Page): string[] {
  return codeSpans(page).flatMap((span) => {
    const [path] = KEY.exec(span) ?? [];
    return path === undefined || keysByPath.has(path) ? [] : [span];
  });
}

test.for(all)("the keys in $name exist", ({ page }) => {
  expect(unknownKeys(page)).toEqual([]);
});

test.for(all)("the variables in $name exist", ({ page }) => {
  const named = page.text.match(/\bDNSVOUCH_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
  expect(named.filter((name) => !variables.has(name) && !OTHERS.test(name))).toEqual([]);
});

test.for(all.filter(({ page }) => codeBlocks(page).some(({ language }) => language === "toml")))(
  "the configurations in $name are valid",
  ({ page }) => {
    for (const { language, text } of codeBlocks(page)) {
      if (language === "toml") expect(() => loadText(text)).not.toThrow();
    }
  },
);
