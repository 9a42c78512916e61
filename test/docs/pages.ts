/** The documentation that people read, as text. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

export const REPOSITORY: string = resolve(import.meta.dirname, "../..");

export interface Page {
  /** Below the repository. */
  readonly name: string;
  readonly text: string;
}

function pagesIn(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

export const pages: readonly Page[] = [
  "README.md",
  "SECURITY.md",
  "CHANGELOG.md",
  ...pagesIn("docs"),
]
  .sort()
  .map((name) => ({ name, text: readFileSync(join(REPOSITORY, name), "utf8") }));

/** Files that are given to other programs, and name our variables and commands. */
export const deployed: readonly Page[] = readdirSync(join(REPOSITORY, "deploy"), {
  recursive: true,
  encoding: "utf8",
  withFileTypes: true,
})
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .concat(join(REPOSITORY, "Dockerfile"))
  .map((path) => ({ name: relative(REPOSITORY, path), text: readFileSync(path, "utf8") }));

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

export function codeBlocks({ text }: Page): CodeBlock[] {
  return [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, language = "", body = ""]) => {
      const indent = /^ */.exec(body)?.[0].length ?? 0;
      const lines = body
        .split("\n")
        .map((line) => line.slice(Math.min(indent, line.search(/\S|$/))));
      return { language, text: lines.join("\n") };
    },
  );
}

/** What stands between backticks in running text. */
export function codeSpans({ text }: Page): string[] {
  const prose = text.replaceAll(/^ *```\w*\n[\s\S]*?^ *```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}
