import { Resolver } from "node:dns/promises";
import type { DnsvouchProcess } from "./dnsvouch-process.ts";

/** Where a process that is ready answers DNS, from what it has printed. */
export function dnsPort(dnsvouch: DnsvouchProcess): number {
  return Number(/^ {2}DNS {2}.*:([0-9]+)/m.exec(dnsvouch.stdout())?.[1]);
}

/** The TXT values at a name, in the order of the response; empty if it has none. Rejects for a name that does not exist. */
export async function lookUpTexts(dnsvouch: DnsvouchProcess, name: string): Promise<string[]> {
  return textsAt(`127.0.0.1:${dnsPort(dnsvouch)}`, name);
}

/** `server`: an address and a port, as Resolver takes them. */
export async function textsAt(server: string, name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([server]);
  try {
    const records = await resolver.resolveTxt(name);
    return records.map((strings) => strings.join(""));
  } catch (error) {
    // A name that does not exist is another error: ENOTFOUND.
    if (error instanceof Error && "code" in error && error.code === "ENODATA") return [];
    throw error;
  }
}
