import { version } from "../version.ts";
import type { CommonOptions } from "./define-command.ts";
import { FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export function versionCommand({ json }: CommonOptions): number {
  if (json === true) printJson({ version: version(), node: process.versions.node });
  else process.stdout.write(`dnsvouch ${version()}\n`);
  return FINISHED;
}
