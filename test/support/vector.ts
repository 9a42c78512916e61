/**
 * Golden messages: test/vector/*.hex. A file is hexadecimal in lines; what follows a `#` is a comment.
 * Lines of the form `# expect: …` say what the server does with the message, so that no vector rots;
 * `# expect udp: …` and `# expect tcp: …` say it for one transport.
 *
 * An expectation is `silence`, or the RCODE, the flags besides qr in the order of the header, and
 * then what the response holds: `answer=2 authority=1 additional=1` records, `edns` or `edns=3,10`
 * (OPT without options, or with exactly these), `ede=18` (INFO-CODE), `tsig=17` (error). What is not
 * named is not there.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Transport } from "./dns-client.ts";
import type { StrictMessage } from "./strict-message.ts";

const FOLDER = resolve(import.meta.dirname, "../vector");
const EXTENDED_ERROR = 15;

export interface Vector {
  /** The file's name without `.hex`. */
  readonly name: string;
  readonly octets: Buffer;
  readonly expected: Readonly<Record<Transport, string>>;
}

/** All of them, by name. */
export function readVectors(): readonly Vector[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".hex"));
  return files.sort().map((file) => {
    return parseVector(file.replace(/\.hex$/, ""), readFileSync(join(FOLDER, file), "utf8"));
  });
}

/** Throws an AssertionError that names the line at fault. */
export function parseVector(name: string, text: string): Vector {
  const octets: Buffer[] = [];
  const expected = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [hex = ""] = line.replaceAll(" ", "").split("#");
    assert(/^(?:[0-9a-f]{2})*$/.test(hex), `${name}: no octets in hexadecimal: ${line}`);
    octets.push(Buffer.from(hex, "hex"));
    const [, transport, outcome = ""] = /^# expect(?: (udp|tcp))?: (.+)$/.exec(line) ?? [];
    if (outcome === "") continue;
    for (const each of transport === undefined ? ["udp", "tcp"] : [transport]) {
      assert(!expected.has(each), `${name}: two expectations for ${each}`);
      expected.set(each, outcome);
    }
  }
  const udp = expected.get("udp");
  const tcp = expected.get("tcp");
  assert(udp !== undefined && tcp !== undefined, `${name}: what is expected by udp and by tcp?`);
  assert(/^# Provenance: /m.test(text), `${name}: where is it from?`);
  return { name, octets: Buffer.concat(octets), expected: { udp, tcp } };
}

/** What came back, in the form of an expectation. */
export function outcomeOf(message: StrictMessage | undefined): string {
  if (message === undefined) return "silence";
  const { edns, tsig } = message;
  const ede = edns?.options.get(EXTENDED_ERROR)?.slice(0, 4);
  const words = [
    message.rcode,
    message.flags.replace(/^qr ?/, ""),
    count("answer", message.answer),
    count("authority", message.authority),
    count("additional", message.additional),
    edns === undefined ? "" : ["edns", [...edns.optionCodes].sort(ascending).join()].join("="),
    ede === undefined ? "" : `ede=${Number.parseInt(ede, 16)}`,
    tsig === undefined ? "" : `tsig=${tsig.error}`,
  ];
  return words
    .map((word) => word.replace(/=$/, ""))
    .join(" ")
    .replaceAll(/ +/g, " ")
    .trim();
}

function count(section: string, records: readonly string[]): string {
  return records.length === 0 ? "" : `${section}=${records.length}`;
}

function ascending(a: number, b: number): number {
  return a - b;
}
