// Zones with signatures, made by BIND's tools.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";

export interface SignedZone {
  /** The zone file. */
  readonly text: string;
  /** The DNSKEY record of a key, for a resolver to trust. */
  readonly anchor: string;
}

/** Signs a zone with a key of its own. Of two zones with one name, neither's anchor validates the other. */
export async function signZone(folder: string, name: string, text: string): Promise<SignedZone> {
  const key = await newKey(folder, name);
  const file = join(folder, "unsigned.zone");
  writeFileSync(file, `${text}\n${readFileSync(join(folder, `${key}.key`), "utf8")}`);
  const signed = join(folder, "signed.zone");
  const args = ["-P", "-z", "-N", "keep", "-K", folder, "-o", name, "-f", signed, file, key];
  await run("dnssec-signzone", args, { folder });
  return { text: readFileSync(signed, "utf8"), anchor: await anchorOf(folder, key) };
}

async function newKey(folder: string, name: string): Promise<string> {
  const args = ["-q", "-K", folder, "-a", "ECDSAP256SHA256", "-f", "KSK", name];
  return (await run("dnssec-keygen", args, { folder })).trim();
}

/** A key that signs nothing. */
export async function unusedAnchor(folder: string, name: string): Promise<string> {
  return anchorOf(folder, await newKey(folder, name));
}

async function anchorOf(folder: string, key: string): Promise<string> {
  const lines = readFileSync(join(folder, `${key}.key`), "utf8").split("\n");
  return lines.find((line) => / DNSKEY /.test(line)) ?? "";
}
