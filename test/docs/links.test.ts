import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { type Page, pages, REPOSITORY } from "./pages.ts";

/** As GitHub makes them of headings. */
function anchorsOf({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

const byName = new Map(pages.map((page) => [page.name, page]));

test.for(pages.map((page) => ({ name: page.name, page })))(
  "links in $name lead somewhere",
  ({ page }) => {
    const links = [...page.text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page.name : normalize(join(dirname(page.name), path));
      if (!existsSync(join(REPOSITORY, target))) return true;
      const other = byName.get(target);
      return anchor !== undefined && other !== undefined && !anchorsOf(other).includes(anchor);
    });
    expect(broken).toEqual([]);
  },
);
