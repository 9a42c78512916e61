import { readFileSync } from "node:fs";
import type { CommonOptions } from "./define-command.ts";
import { FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

/** The version in package.json, which stands beside src/ and dist/ alike. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: unknown = JSON.parse(text);
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}

export function versionCommand({ json }: CommonOptions): number {
  if (json === true) printJson({ version: version(), node: process.versions.node });
  else process.stdout.write(`dnsvouch ${version()}\n`);
  return FINISHED;
}
