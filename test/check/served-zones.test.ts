import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { servedZones } from "../../src/configured-check.ts";

const config = loadConfig({ file: undefined, searched: [], env: {} });

test("the records of a configuration are read once", () => {
  expect(servedZones(config)).toBe(servedZones(config));
});

test("whether there are records at a name, which may be none that DNS can have", () => {
  const [zone] = servedZones(config);
  const has = (name: string): boolean | undefined => zone?.hasStatic(`${name}.${zone.apex}`);
  expect(has("nothing")).toBe(false);
  expect(zone?.hasStatic(zone.apex)).toBe(true);
  for (const name of ["x.".repeat(130), "a..b", "y".repeat(64), "\\999"]) {
    expect(has(name.replace(/\.$/, ""))).toBe(false);
  }
});
