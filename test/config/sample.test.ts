import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { configSections } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadEnvironment, loadText } from "./config-folder.ts";

const file = fileURLToPath(new URL("../../config/dnsvouch.toml", import.meta.url));
const text = readFileSync(file, "utf8");
const COMMENTED_KEY = /^# (?=[a-z0-9_]+ = )/gm;

test("the sample configuration is the defaults", () => {
  const settings = expect.anything();
  expect(loadConfig({ file, env: {} })).toEqual({ ...loadEnvironment({}), file, settings });
});

test("with every comment before a key removed it is still the defaults", () => {
  const everyKey = text.replace(COMMENTED_KEY, "");
  const settings = expect.anything();
  expect(loadText(everyKey)).toEqual({ ...loadEnvironment({}), file: "c.toml", settings });
});

test.for(Object.values(configSections).map((section) => ({ name: section.toml, section })))(
  "the sample has every key of [$name] once, under its section",
  ({ name, section }) => {
    const body = text.split(`\n[${name}]\n`)[1]?.split(/^\[/m)[0] ?? "";
    const keys = [...body.matchAll(/^(?:# )?([a-z0-9_]+) = /gm)].map(([, key]) => key);
    const known = Object.values<{ toml: string }>({ ...section.keys }).map(({ toml }) => toml);
    expect(keys.toSorted()).toEqual(known.toSorted());
  },
);

test.for([
  { key: "domain" },
  { key: "listen" },
  { key: "connection" },
  { key: "ip" },
  { key: "port" },
])("$key, which is set first, is not commented out", ({ key }) => {
  expect(text).toMatch(new RegExp(`^${key} = `, "m"));
});
