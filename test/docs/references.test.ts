import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { references } from "../../docs/generate/generate.ts";
import { REPOSITORY } from "./pages.ts";

test.for([...references].map(([name, make]) => ({ name, make })))(
  "docs/$name is what the code says (npm run docs)",
  ({ name, make }) => {
    expect(readFileSync(join(REPOSITORY, "docs", name), "utf8")).toBe(make());
  },
);
