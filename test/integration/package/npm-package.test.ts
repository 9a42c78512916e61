import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveConfined } from "./confined.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const NODE = resolve(REPOSITORY, "node_modules/node/bin");
const PATH = `${NODE}:${process.env["PATH"]}`;

let folder: string;
let installed: string;

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", env: { ...process.env, PATH } });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-package-"));
  npm(REPOSITORY, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder);
  installed = join(folder, "installed");
  mkdirSync(installed);
  const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  npm(
    installed,
    "install",
    "--silent",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    join(folder, tarball),
  );
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("npx runs it", () => {
  const out = execFileSync("npx", ["--no-install", "dnsvouch", "--version"], {
    cwd: installed,
    encoding: "utf8",
    env: { ...process.env, PATH },
  });
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  expect(out).toBe(`dnsvouch ${version}\n`);
});

test("it has what is needed and nothing else", () => {
  const root = join(installed, "node_modules/dnsvouch");
  expect(readdirSync(root).sort()).toEqual(
    ["CHANGELOG.md", "LICENSE", "README.md", "config", "deploy", "dist", "package.json"].sort(),
  );
  expect(readdirSync(join(root, "dist"))).toContain("main.js");
});

test("its bill of materials has what runs, and nothing of development", () => {
  const bill = JSON.parse(npm(REPOSITORY, "run", "--silent", "sbom")) as {
    bomFormat: string;
    components: { name: string }[];
  };
  const names = bill.components.map(({ name }) => name);
  expect(bill.bomFormat).toBe("CycloneDX");
  expect(names).toEqual(expect.arrayContaining(["better-sqlite3", "bcrypt", "express"]));
  expect(names).not.toContain("vitest");
});

test("starts, serves and stops as a user without rights, on a root that is read-only", () => {
  const command = [join(NODE, "node"), join(installed, "node_modules/.bin/dnsvouch")];
  const env = {
    PATH: "/usr/sbin:/usr/bin:/bin",
    DNSVOUCH_LISTEN: "127.0.0.1:53",
    DNSVOUCH_DB: "DATA/dnsvouch.db",
  };
  const confined = { root: "/", folder, uid: 12_346, ownsData: true, port: 53, env, command };
  const { output } = serveConfined(confined);
  expect(output).toContain("NoNewPrivs:\t1");
  expect(output.match(/^"confined-[a-z-]{34}"$/gm)).toHaveLength(2);
  expect(output).toMatch(/^healthy$/m);
  expect(output.trimEnd().split("\n").at(-1)).toBe("exit code 0");
});
