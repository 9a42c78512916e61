// An answer in a form in which equal means: the same to a resolver.
import { decodeStrictly } from "../../support/strict-message.ts";

/** Records are `owner ttl IN TYPE rdata`, sorted, in lower case where letters are compared without case. */
export interface Reply {
  readonly rcode: string;
  /** In the order of the header. */
  readonly flags: readonly string[];
  /** As on the wire. */
  readonly questionHex: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  /** The OPT record without its options, which each server chooses; "" if there is none. */
  readonly opt: string;
}

/** What no server says: there was no response. */
export const silence: Reply = {
  rcode: "no response",
  flags: [],
  questionHex: "",
  answer: [],
  authority: [],
  additional: [],
  opt: "",
};

/** @throws AssertionError if the message is not strictly right. */
export function toReply(octets: Buffer | undefined): Reply {
  if (octets === undefined) return silence;
  const message = decodeStrictly(octets);
  const { edns, flags, rcode, questionHex } = message;
  return {
    rcode,
    flags: flags.split(" "),
    questionHex,
    answer: message.answer.map(foldCase).sort(),
    authority: message.authority.map(foldCase).sort(),
    additional: message.additional.map(foldCase).sort(),
    opt:
      edns === undefined
        ? ""
        : `version ${edns.version}, size ${edns.udpPayloadSize}, DO ${edns.wantsDnssec}, flags ${edns.unknownFlags}`,
  };
}

/**
 * RFC 4343 section 4: names are compared without case, and compression may change it. NSD keeps all
 * names in lower case; text it keeps as it is.
 */
function foldCase(record: string): string {
  const isText = / IN (?:TXT|CAA|HINFO|TYPE\d+) /.test(record);
  const start = isText ? 1 + record.indexOf(" ") : record.length;
  return record.slice(0, start).toLowerCase() + record.slice(start);
}

const fields = [
  "rcode",
  "flags",
  "questionHex",
  "answer",
  "authority",
  "additional",
  "opt",
] as const satisfies readonly (keyof Reply)[];

/** The fields in which two replies differ. */
export function differingFields(one: Reply, other: Reply): (keyof Reply)[] {
  return fields.filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]));
}
