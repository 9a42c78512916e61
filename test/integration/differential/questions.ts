// Thousands of questions, the same ones in every run: names at, below, above and beside every owner of the zone,
// with every type, and with all that a requestor may set in a header and in OPT.

import type { BulkMessage } from "../../lab/bulk-exchange.ts";
import {
  HeaderFlag,
  nameOctets,
  QTYPE,
  type QueryOptions,
  query,
  questionOctets,
  resourceRecord,
} from "../../support/query.ts";
import { apex } from "./records.ts";
import { Sequence } from "./sequence.ts";

export interface AskedQuestion extends BulkMessage {
  /** `name TYPE`. */
  readonly question: string;
  readonly qtype: number;
  readonly qclass: number;
  readonly options: QueryOptions;
  readonly octets: Buffer;
  /** The question alone. */
  readonly questionHex: string;
}

const types: readonly string[] = [
  ...["A", "NS", "CNAME", "SOA", "PTR", "HINFO", "MX", "TXT", "AAAA", "SRV", "DS", "RRSIG", "NSEC"],
  ...["DNSKEY", "SVCB", "HTTPS", "CAA", "ANY", "AXFR", "IXFR", "TYPE65280", "TYPE65281", "TYPE0"],
  ...["TKEY", "OPT", "TSIG", "MAILB", "MAILA", "TYPE128", "TYPE65535"],
];

const { RD, AD, CD, Z, TC, AA, RA } = HeaderFlag;
const everyFlag = RD | AD | CD | Z | AA | RA;
const flagVariants: readonly number[] = [
  ...[0, RD, AD, CD, Z, TC, AA, RA, RD | AD, AD | CD, everyFlag],
];
const opcodes: readonly number[] = Array.from({ length: 16 }, (_, opcode) => opcode);
/** 0, CH, HS, NONE, ANY and one that nobody has defined. */
const classes: readonly number[] = [0, 3, 4, 254, 255, 4711];
/** RFC 6891 section 9: code 65001 is for local use. */
const unknownOption = Uint8Array.of(0xfd, 0xe9, 0, 4, 1, 2, 3, 4);
const ednsVariants: readonly NonNullable<QueryOptions["edns"]>[] = [
  ...[0, 256, 512, 1232, 4096, 65_535].map((size) => ({ size })),
  ...[512, 1232, 4096].map((size) => ({ size, wantsDnssec: true })),
  { options: unknownOption },
  { options: unknownOption, wantsDnssec: true },
  { flags: 0x4000 },
  { flags: 0x7fff, wantsDnssec: true },
];
/** Opcodes are not among them: NSD answers a hundred messages a second with NOTIMP, and no more. */
const shapes: readonly QueryOptions[] = [
  ...flagVariants.map((flags) => ({ flags })),
  ...classes.flatMap((qclass) => [{ qclass }, { qclass, edns: {} }]),
  ...ednsVariants.map((edns) => ({ edns })),
  { edns: { version: 1 } },
  { edns: { version: 255, wantsDnssec: true }, flags: TC },
  { edns: { version: 1, options: unknownOption, flags: 0x0001 }, flags: everyFlag },
];

const outside: readonly string[] = [
  ...[".", "test.", "dnsvouch.test.", "xauth.dnsvouch.test.", "example.com."],
  // RFC 2181 section 11: a label may contain a dot, which ends nothing.
  "x.auth\\046dnsvouch.test.",
];

/** What is asked in every shape: something of each kind of answer. */
const ofEachKind = (delegate: string): readonly string[] => [
  ...[`${apex} SOA`, `${apex} NS`, `${apex} ANY`, `${apex} AXFR`, `mail.${apex} A`],
  ...[`mail.${apex} CAA`, `nothing.${apex} TXT`, `x.wild.${apex} MX`, `x.in.deleg.${apex} A`],
  ...[`chain1.${apex} AAAA`, `big.${apex} TXT`, `${delegate}. TXT`, "example.com. A"],
];

/** Owners whose answers are as long as a limit allows, or one octet shorter or longer. */
const atLimit = /^(?:plain|opt|edns)[0-9]/;

/** `owners`: every owner of the zone, absolute. `delegate`: one that publishes. */
export function generateQuestions(owners: readonly string[], delegate: string): AskedQuestion[] {
  const sequence = new Sequence();
  const asked: AskedQuestion[] = [];
  const ask = (question: string, options: QueryOptions): void => {
    asked.push(toQuestion(question, sequence.oneOf(["udp", "udp", "udp", "tcp"]), options));
  };
  for (const name of [...owners, ...outside]) {
    for (const type of types) ask(`${name} ${type}`, anyShape(sequence));
  }
  for (const name of owners.flatMap(namesAround)) {
    const more = [sequence.oneOf(types), sequence.oneOf(types)];
    for (const type of ["A", "TXT", "ANY", ...more]) ask(`${name} ${type}`, anyShape(sequence));
  }
  for (const question of ofEachKind(delegate)) {
    for (const shape of shapes) {
      asked.push(toQuestion(question, "udp", shape), toQuestion(question, "tcp", shape));
    }
  }
  // Whether it fits, for every size that a requestor may offer.
  for (const name of owners.filter((owner) => atLimit.test(owner))) {
    for (const edns of ednsVariants) asked.push(toQuestion(`${name} TXT`, "udp", { edns }));
    asked.push(toQuestion(`${name} TXT`, "udp", {}));
  }
  for (const opcode of opcodes) {
    for (const question of [
      `${apex} SOA`,
      `mail.${apex} A`,
      `${delegate}. TXT`,
      "example.com. A",
    ]) {
      ask(question, sequence.oneOf([{ opcode }, { opcode, flags: RD, edns: {} }]));
    }
  }
  const ixfr = { counts: { authority: 1 }, extra: olderSoa };
  asked.push(toQuestion(`${apex} IXFR`, "udp", ixfr), toQuestion(`${apex} IXFR`, "tcp", ixfr));
  return asked;
}

/** RFC 1995 section 3: what a secondary has already. */
const olderSoa = resourceRecord(
  apex,
  6,
  Buffer.concat([nameOctets(`ns1.${apex}`), nameOctets("hostmaster.test."), Buffer.alloc(20, 1)]),
);

/** Mostly what resolvers send, now and then something else. */
function anyShape(sequence: Sequence): QueryOptions {
  const flags = sequence.below(3) === 0 ? sequence.oneOf(flagVariants) : 0;
  return sequence.below(2) === 0 ? { flags } : { flags, edns: sequence.oneOf(ednsVariants) };
}

/** Below, above and beside a name, and the name in other letters. */
function namesAround(owner: string): string[] {
  const [label = ""] = /^(?:\\[0-9]{3}|\\.|[^.\\])+/.exec(owner) ?? [];
  const parent = owner.slice(label.length + 1);
  const names = [`x.${owner}`, `y.x.${owner}`, `*.${owner}`, parent, `${label}x.${parent}`];
  return [...names, mixCase(owner)].filter(isName);
}

/** RFC 1035 section 2.3.4: 63 octets in a label, 255 in a name. */
function isName(text: string): boolean {
  const octets = nameOctets(text);
  return (
    octets.length <= 255 && !text.split(".").some((label) => nameOctets(`${label}.`).length > 65)
  );
}

function mixCase(name: string): string {
  let count = 0;
  return name.replace(/[a-z]/gi, (letter) =>
    count++ % 2 === 0 ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/**
 * Questions that a forger of source addresses likes, about owners with long answers: over UDP a server
 * may cut the answer short, and how short is not what is compared here.
 */
const amplifying = /^(?:plain|opt|edns|many|big|huge|long)[0-9]*\..* (?:ANY|NS|RRSIG)$/i;

function toQuestion(
  question: string,
  transport: BulkMessage["transport"],
  options: QueryOptions,
): AskedQuestion {
  const type = question.slice(question.lastIndexOf(" ") + 1);
  return {
    question,
    qtype: QTYPE[type] ?? Number(type.replace("TYPE", "")),
    qclass: options.qclass ?? 1,
    transport: amplifying.test(question) ? "tcp" : transport,
    options,
    octets: query(question, options),
    questionHex: questionOctets(question, options.qclass).toString("hex"),
  };
}
