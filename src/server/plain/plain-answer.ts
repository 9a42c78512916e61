import { RRclass, RRtype } from "../../dns/iana.ts";
import {
  labelWordsOfHead,
  packedWords,
  Record,
  valuesWordsOfHead,
  WORD_OCTETS,
} from "../../zone/table/layout.ts";
import { SubdomainId } from "../../zone/table/subdomain-id.ts";
import { noteServed, type TableReader } from "../../zone/table/table-reader.ts";
import type { RateLimit } from "../rate-limit.ts";
import type { Requestor } from "../requestor.ts";
import { MAX_TCP_RESPONSE_OCTETS } from "../responder.ts";
import { Amplification } from "../response-limit.ts";
import type { OptWriter } from "./opt-writer.ts";
import type { PackedAnswer } from "./packed-answer.ts";
import { PlainQuery } from "./plain-query.ts";
import type { PlainZone } from "./plain-zone.ts";
import type { StaticName, StaticNames } from "./static-names.ts";

/** The message is for `respond`: more than a plain query, or the answer takes more than the table and the packed answers. */
export const NOT_PLAIN = -1;

const HEADER_OCTETS = 12;
/** First octet of the flags: QR, and AA, TC, RD (RFC 1035 section 4.1.1). */
const QR = 0x80;
const AA = 0x04;
const TC = 0x02;
const RD = 0x01;
/** Owner (a pointer to QNAME), TYPE, CLASS, TTL and RDLENGTH. */
const RR_HEAD_OCTETS = 12;
const POINTER_TO_QNAME = 0xc000 | HEADER_OCTETS;

/** What all TXT answers of delegates have in common; counts and octets come from the record. */
const VALUES: PackedAnswer = {
  rcode: 0,
  authoritative: true,
  answerCount: 0,
  authorityCount: 0,
  additionalCount: 0,
  octets: new Uint8Array(0),
  nameOctets: 0,
  pointersAt: [],
  serialAt: -1,
  kind: "data",
  amplification: Amplification.USUAL,
  extendedError: undefined,
};

export interface PlainAnswerParts {
  readonly names: StaticNames;
  /** What is answered about names of no zone. */
  readonly refused: PackedAnswer;
  readonly table: TableReader;
  readonly opt: OptWriter;
  /** Octets that we send over UDP at most. */
  readonly udpPayloadSize: number;
  readonly rateLimit: RateLimit | undefined;
}

/**
 * The answers to plain queries: octets in, octets out, nothing allocated. It says the same as
 * `respond`, which takes whatever this one leaves; docs/answer-path.md leads through it.
 */
export class PlainAnswers {
  readonly #parts: PlainAnswerParts;
  readonly #query = new PlainQuery();
  readonly #id = new SubdomainId();
  /** What was chosen: VALUES with a record of the table, or something packed. */
  #record = 0;
  #zone: PlainZone | undefined;
  #nowMs = 0;
  #valueCount = 0;
  #sectionsOctets = 0;

  constructor(parts: PlainAnswerParts) {
    this.#parts = parts;
  }

  /** As Responder.answer, or NOT_PLAIN: nothing has been counted or limited then. */
  answer(
    input: Uint8Array,
    start: number,
    end: number,
    requestor: Requestor,
    output: Uint8Array,
    at: number,
    nowMs: number,
  ): number {
    const query = this.#query;
    if (!query.read(input, start, end)) return NOT_PLAIN;
    this.#nowMs = nowMs;
    const answer = this.#choose();
    if (answer === undefined) return NOT_PLAIN;
    const { opt, rateLimit } = this.#parts;
    opt.prepare(query, answer, requestor, nowMs);
    const bareOctets = HEADER_OCTETS + query.questionOctets + opt.octets;
    if (bareOctets + this.#sectionsOctets > this.#limit(answer, requestor)) return NOT_PLAIN;
    // RFC 7873 section 5.2.4: neither a TCP connection nor a valid server cookie can be had at a forged address.
    const isSourceKnown = requestor.transport === "tcp" || opt.hasValidCookie;
    const limited = isSourceKnown ? undefined : rateLimit;
    const decision = limited?.decide(requestor.address, answer.kind, nowMs) ?? "send";
    if (decision === "drop") return 0;
    if (decision === "send") {
      const sectionsAt = at + HEADER_OCTETS + query.questionOctets;
      if (answer === VALUES) this.#writeValues(output, sectionsAt);
      else this.#writePacked(answer, output, sectionsAt);
      this.#writeHead(answer, 0, output, at);
      opt.write(output, sectionsAt + this.#sectionsOctets);
      return bareOctets + this.#sectionsOctets;
    }
    this.#writeHead(answer, TC, output, at);
    opt.write(output, at + HEADER_OCTETS + query.questionOctets);
    return bareOctets;
  }

  /** RFC 1034 section 4.3.2, steps 2 and 3: the closest name that the configuration has, then what is below it. */
  #choose(): PackedAnswer | undefined {
    const query = this.#query;
    // What is asked all day, without a look at the names that the configuration has below the apex.
    const apex = query.labelCount > 0 ? this.#parts.names.find(query, 1) : undefined;
    if (apex?.hasPlainDelegates === true && !apex.hasUuidBelow && this.#readUuid()) {
      this.#zone = apex.zone;
      return this.#atDelegate(apex);
    }
    for (let label = 0; label <= query.labelCount; label++) {
      const name = this.#parts.names.find(query, label);
      if (name === undefined) continue;
      this.#zone = name.zone;
      if (label === 0) return this.#atStaticName(name);
      if (label === 1 && name.hasPlainDelegates) {
        this.#id.read(query.name, 0);
        return this.#atDelegate(name);
      }
      return this.#farBelow(name, label);
    }
    return this.#packed(this.#parts.refused);
  }

  #readUuid(): boolean {
    return this.#id.readUuid(this.#query.input, this.#query.start + HEADER_OCTETS);
  }

  #atStaticName(name: StaticName): PackedAnswer | undefined {
    // A delegate of the same name has values besides: `respond` puts both together.
    if (name.frontOctets > 0 && this.#mayBeDelegate(name)) return undefined;
    const { byType, otherTypes } = name;
    const { qtype } = this.#query;
    const answer = byType.has(qtype) ? byType.get(qtype) : otherTypes;
    return answer && this.#packed(answer);
  }

  /** Several labels below the apex, where some delegates are, or below another static name. */
  #farBelow(name: StaticName, label: number): PackedAnswer | undefined {
    const { table } = this.#parts;
    const hasLongNames = name.hasLongNames && (table.hasLongNames || !table.isComplete);
    if (!hasLongNames) return name.below && this.#packed(name.below);
    // A delegate that was made before the configuration had the name above it: `respond` knows.
    if (!name.hasPlainDelegates) return undefined;
    this.#id.readLabels(this.#query.name, 0, this.#query.labelStarts[label] ?? 0);
    return this.#atDelegate(name);
  }

  /** Where the delegates are. The labels in front of the apex have been read. */
  #atDelegate({ zone, below }: StaticName): PackedAnswer | undefined {
    if (this.#findDelegate(zone)) return this.#ofDelegate(zone);
    if (below === undefined || !this.#parts.table.isComplete) return undefined;
    return this.#packed(below);
  }

  #mayBeDelegate({ zone, frontOctets }: StaticName): boolean {
    const { name } = this.#query;
    if ((name[0] ?? 0) + 1 === frontOctets) this.#id.read(name, 0);
    else this.#id.readLabels(name, 0, frontOctets);
    return this.#findDelegate(zone) || !this.#parts.table.isComplete;
  }

  #findDelegate(zone: PlainZone): boolean {
    this.#record = this.#parts.table.find(zone.number, this.#id);
    return this.#record !== 0;
  }

  #ofDelegate(zone: PlainZone): PackedAnswer {
    if (this.#query.qtype === RRtype.TXT && this.#measureValues(this.#nowMs) > 0) return VALUES;
    return this.#packed(zone.nodata);
  }

  /** Counts the values of the record, and their octets as TXT records. */
  #measureValues(nowMs: number): number {
    const { octets, words } = this.#parts.table.memory;
    const end = this.#valuesEnd();
    let count = 0;
    let total = 0;
    for (let at = this.#valuesStart(); at < end; ) {
      const length = octets[at] ?? 0;
      total += RR_HEAD_OCTETS + 1 + length;
      at += packedWords(length) * WORD_OCTETS;
      count++;
    }
    if (count > 0) noteServed(words, this.#record, nowMs);
    this.#valueCount = count;
    this.#sectionsOctets = total;
    return count;
  }

  #valuesStart(): number {
    return (this.#record + Record.BODY + labelWordsOfHead(this.#head())) * WORD_OCTETS;
  }

  #valuesEnd(): number {
    return this.#valuesStart() + valuesWordsOfHead(this.#head()) * WORD_OCTETS;
  }

  #head(): number {
    return this.#parts.table.memory.words[this.#record + Record.HEAD] ?? 0;
  }

  #packed(answer: PackedAnswer): PackedAnswer {
    this.#sectionsOctets = answer.octets.length;
    return answer;
  }

  /** Octets that the response may have, as response-limit.ts says. */
  #limit({ amplification }: PackedAnswer, { transport }: Requestor): number {
    if (transport === "tcp") return MAX_TCP_RESPONSE_OCTETS;
    const { udpPayloadSize, start, end } = this.#query;
    const most = Math.min(udpPayloadSize, this.#parts.udpPayloadSize);
    return Math.min(most, amplification * (end - start));
  }

  /** Header and question. `tc`: whether the sections are left out. */
  #writeHead(answer: PackedAnswer, tc: number, output: Uint8Array, at: number): void {
    const { input, start, recursionDesired, questionOctets } = this.#query;
    const isWhole = tc === 0;
    const answers = answer === VALUES ? this.#valueCount : answer.answerCount;
    const additional = isWhole ? answer.additionalCount : 0;
    output[at] = input[start] ?? 0;
    output[at + 1] = input[start + 1] ?? 0;
    output[at + 2] = QR | (answer.authoritative ? AA : 0) | tc | (recursionDesired ? RD : 0);
    output[at + 3] = answer.rcode;
    writeUint16(output, at + 4, 1);
    writeUint16(output, at + 6, isWhole ? answers : 0);
    writeUint16(output, at + 8, isWhole ? answer.authorityCount : 0);
    writeUint16(output, at + 10, additional + (this.#query.hasOpt ? 1 : 0));
    // As received: resolvers check the case of the letters. In the place of the message it is there.
    if (output === input && at === start) return;
    const from = start + HEADER_OCTETS;
    const to = at + HEADER_OCTETS;
    for (let i = 0; i < questionOctets; i++) output[to + i] = input[from + i] ?? 0;
  }

  #writePacked(answer: PackedAnswer, output: Uint8Array, at: number): void {
    const { octets, pointersAt, serialAt } = answer;
    for (let i = 0; i < octets.length; i++) output[at + i] = octets[i] ?? 0;
    const shift = this.#query.nameOctets - answer.nameOctets;
    if (shift > 0) movePointers(output, at, pointersAt, shift);
    if (serialAt >= 0 && this.#zone !== undefined) {
      writeUint32(output, at + serialAt, this.#parts.table.serial(this.#zone.number));
    }
  }

  /** One TXT record for each value: RFC 1035 sections 4.1.3 and 3.3.14. */
  #writeValues(output: Uint8Array, start: number): void {
    const { octets } = this.#parts.table.memory;
    const ttl = this.#zone?.ttl ?? 0;
    const end = this.#valuesEnd();
    let to = start;
    for (let at = this.#valuesStart(); at < end; ) {
      const length = octets[at] ?? 0;
      writeUint16(output, to, POINTER_TO_QNAME);
      writeUint16(output, to + 2, RRtype.TXT);
      writeUint16(output, to + 4, RRclass.IN);
      writeUint32(output, to + 6, ttl);
      writeUint16(output, to + 10, length + 1);
      to += RR_HEAD_OCTETS;
      for (let i = 0; i <= length; i++) output[to + i] = octets[at + i] ?? 0;
      to += length + 1;
      at += packedWords(length) * WORD_OCTETS;
    }
  }
}

/** RFC 1035 section 4.1.4: they count from the start of the message, so that a longer QNAME moves them. */
function movePointers(
  output: Uint8Array,
  at: number,
  pointersAt: readonly number[],
  shift: number,
): void {
  for (let i = 0; i < pointersAt.length; i++) {
    const pointer = at + (pointersAt[i] ?? 0);
    const target = ((output[pointer] ?? 0) << 8) | (output[pointer + 1] ?? 0);
    writeUint16(output, pointer, target + shift);
  }
}

function writeUint16(output: Uint8Array, at: number, value: number): void {
  output[at] = value >>> 8;
  output[at + 1] = value;
}

function writeUint32(output: Uint8Array, at: number, value: number): void {
  output[at] = value >>> 24;
  output[at + 1] = value >>> 16;
  output[at + 2] = value >>> 8;
  output[at + 3] = value;
}
