import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MAIN } from "../support/dnsvouch-process.ts";
import { ProcessFolder } from "../support/process-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

function configFile(io: string): string {
  return folder.configFile({
    general: ['listen = "127.0.0.1:0"', 'domain = "auth.example.org"', "[dns]", `io = "${io}"`],
  });
}

describe.runIf(process.platform === "linux")("batches", () => {
  test.for(["auto", "batch"])("without koffi it answers, and says so once (%s)", async (io) => {
    const dnsvouch = folder.start(["-c", configFile(io)], [], copyWithoutKoffi());
    await dnsvouch.ready();
    const lines = dnsvouch.stdout().split("\n");
    const said = lines.filter((line) => line.includes("UDP messages are read one by one"));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("Cannot find module 'koffi'");
  });
});

/** The main module of an installation in which the optional package is missing. */
function copyWithoutKoffi(): string {
  const root = join(folder.path, "installed");
  mkdirSync(join(root, "node_modules"), { recursive: true });
  cpSync(resolve(MAIN, ".."), join(root, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(root, "package.json"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name === "koffi" || name === "@koromix") continue;
    symlinkSync(join(ROOT, "node_modules", name), join(root, "node_modules", name));
  }
  return join(root, "dist", "main.js");
}
