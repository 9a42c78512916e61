import { arch, platform, release } from "node:os";
import type { Finding } from "./finding.ts";
import { findingLines } from "./findings-text.ts";

/** What a server is, and runs on. */
export interface Software {
  /** Of dnsvouch. */
  readonly version: string;
  /** Such as v24.12.0. */
  readonly node: string;
  /** Such as `linux 6.12.9 x64`. */
  readonly platform: string;
}

/** What this process is, and runs on. */
export function softwareHere(version: string): Software {
  return {
    version,
    node: process.version,
    platform: `${platform()} ${release()} ${arch()}`,
  };
}

/** Plain text for whoever helps, to be copied as it is. The names, addresses and paths of the server are in it. */
export function supportReport(findings: readonly Finding[], software: Software): string {
  const head = [
    `dnsvouch ${software.version}`,
    `node ${software.node}`,
    `platform ${software.platform}`,
    "",
  ];
  return `${[...head, ...findingLines(findings)].join("\n")}\n`;
}
