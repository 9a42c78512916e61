// Questions as an operator asks them, and answers as values.
import { tmpdir } from "node:os";
import { dnsPort } from "./addresses.ts";
import { run } from "./command.ts";
import { here, type Place } from "./place.ts";

export interface DigAnswer {
  /** RCODE by its name: NOERROR, NXDOMAIN, SERVFAIL… */
  readonly status: string;
  /** Records in presentation format with single spaces: `name ttl IN TXT "…"`. */
  readonly answer: readonly string[];
  readonly authority: readonly string[];
}

export interface DigSettings {
  readonly port?: number;
  readonly transport?: "udp" | "tcp";
  /** The address to ask from; the system's choice without it. */
  readonly from?: string;
  readonly place?: Place;
}

/**
 * Asks one question, once. By UDP, unless told otherwise or the answer is cut short.
 * @throws Error if no reply comes within five seconds; one from another address is none.
 */
export async function dig(
  server: string,
  name: string,
  type: string,
  { port = dnsPort, transport = "udp", from, place = here }: DigSettings = {},
): Promise<DigAnswer> {
  const manner = ["+tries=1", "+time=5", "+nostats", transport === "tcp" ? "+tcp" : "+notcp"];
  const source = from === undefined ? [] : ["-b", from];
  const question = ["-q", name, "-t", type, ...source];
  const output = await run("dig", [`@${server}`, "-p", `${port}`, ...manner, ...question], {
    folder: tmpdir(),
    place,
  });
  return {
    status: /status: ([A-Z]+)/.exec(output)?.[1] ?? "none",
    answer: section(output, "ANSWER"),
    authority: section(output, "AUTHORITY"),
  };
}

function section(output: string, title: string): string[] {
  const lines = output.split("\n");
  const start = lines.indexOf(`;; ${title} SECTION:`) + 1;
  if (start === 0) return [];
  const length = lines.slice(start).indexOf("");
  return lines.slice(start, start + length).map((line) => line.replaceAll(/\s+/g, " "));
}

/** The values of the TXT records in an answer, without their quotes, sorted. */
export function txtValues({ answer }: DigAnswer): string[] {
  return answer.flatMap((record) => /^\S+ \d+ IN TXT "(.*)"$/.exec(record)?.[1] ?? []).sort();
}
