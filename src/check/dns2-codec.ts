/**
 * Messages of checks are made and read by dns2: an implementation of others, so that a check does not share the
 * errors of the server it checks (docs/adr/0003). Its own clients have no CD and AD bits.
 */
import { Packet } from "dns2";
import type { AnyRecord, Question, Reply } from "./message.ts";

/** RFC 6891 section 6.2.5: what passes without fragments. */
const UDP_OCTETS = 1232;
const DNAME = 39;
/** RFC 1035 section 4.1.1, RFC 4035 section 3: bits of the third and fourth octet. */
const QR = 0x80;
const AD = 0x20;
const CD = 0x10;
const HEADER_OCTETS = 12;
/** Octets that stand for themselves in a name: those that can be seen, but for what presentation format gives a meaning. */
const PLAIN = /[!#%&'*+,\-/0-9:<=>?A-Z[\]^_`a-z{|}~]/;

escapeNames();

export function encodeQuery(
  { name, qtype, isRecursive, isCheckingDisabled }: Question,
  form: "with-edns" | "plain",
): Buffer {
  const packet = new Packet();
  packet.header.id = Packet.uuid();
  packet.header.rd = isRecursive ? 1 : 0;
  packet.questions.push(
    new Packet.Question({ name, type: Packet.TYPE[qtype], class: Packet.CLASS.IN }),
  );
  if (form === "with-edns") {
    packet.additionals.push(Packet.Resource.EDNS([], { udpPayloadSize: UDP_OCTETS }));
  }
  const query = packet.toBuffer();
  // RFC 6840 section 5.7: AD in a query asks for AD in the answer.
  if (isRecursive) query[3] = (query[3] ?? 0) | AD | (isCheckingDisabled ? CD : 0);
  return query;
}

/** RFC 5452 section 9: the ID and the question must come back. */
export function isResponseTo(query: Buffer, message: Buffer): boolean {
  if (message.length < HEADER_OCTETS || ((message[2] ?? 0) & QR) === 0) return false;
  if (message.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  // A server that cannot read the question may send none back.
  if (message.readUInt16BE(4) === 0) return true;
  const end = questionEnd(query);
  const echoed = message.subarray(HEADER_OCTETS, end).toString("latin1").toLowerCase();
  return echoed === query.subarray(HEADER_OCTETS, end).toString("latin1").toLowerCase();
}

function questionEnd(query: Buffer): number {
  let offset = HEADER_OCTETS;
  while ((query[offset] ?? 0) > 0) offset += 1 + (query[offset] ?? 0);
  return offset + 5;
}

/** Throws for what is no response. */
export function decodeResponse(octets: Buffer, query: Buffer): Reply {
  const packet = Packet.parse(octets);
  // A record that cannot be read may be the one that decides.
  if (packet.errors.some(({ section }) => section !== "additionals")) {
    return { failure: "malformed" };
  }
  return {
    rcode: packet.header.rcode,
    isAuthoritative: packet.header.aa === 1,
    isAuthentic: ((octets[3] ?? 0) & AD) !== 0,
    answer: packet.answers.flatMap(toRecord),
    authority: packet.authorities.flatMap(toRecord),
    additional: packet.additionals.flatMap(toRecord),
    udpPayloadSize: packet.additionals.find(({ type }) => type === Packet.TYPE.EDNS)?.class,
    keepsCase: octets
      .subarray(HEADER_OCTETS, questionEnd(query))
      .equals(query.subarray(HEADER_OCTETS, questionEnd(query))),
  };
}

type Resource = Packet["answers"][number];

/** No record: one of a type that no check reads. */
function toRecord(resource: Resource): AnyRecord[] {
  if (resource.class !== Packet.CLASS.IN) return [];
  const head = { owner: canonical(resource.name), ttl: resource.ttl };
  const { TYPE } = Packet;
  switch (resource.type) {
    case TYPE.A:
    case TYPE.AAAA:
      return [
        {
          ...head,
          rrtype: resource.type === TYPE.A ? "A" : "AAAA",
          address: resource.address ?? "",
        },
      ];
    case TYPE.CNAME:
      return [{ ...head, rrtype: "CNAME", target: canonical(resource.domain ?? "") }];
    case TYPE.NS:
      return [{ ...head, rrtype: "NS", target: canonical(resource.ns ?? "") }];
    case DNAME:
      return [{ ...head, rrtype: "DNAME", target: canonical(uncompressedName(resource.data)) }];
    case TYPE.SOA:
      return [{ ...head, rrtype: "SOA" }];
    case TYPE.TXT:
      return [{ ...head, rrtype: "TXT", text: [resource.data ?? ""].flat().join("") }];
    case TYPE.CAA: {
      const { flags = 0, tag = "", value = "" } = resource;
      return [{ ...head, rrtype: "CAA", flags, tag, value }];
    }
    default:
      return [];
  }
}

/** RFC 6672 section 2.5: the target of a DNAME is never compressed; dns2 leaves it as octets. */
function uncompressedName(data: Resource["data"]): string {
  return data instanceof Buffer ? Packet.Name.decode(data) : "";
}

/** RFC 4343 section 3: the case of A to Z alone. */
function canonical(name: string): string {
  return name.replace(/\.$/, "").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * Makes dns2 read and write names in presentation format (RFC 1035 section 5.1). It hands over labels as they are,
 * with dots between them: a dot inside a label would look like the end of it, and another name like one of ours.
 */
function escapeNames(): void {
  const { Name } = Packet;
  const decode = Name.decode.bind(Name);
  const encode = Name.encode.bind(Name);
  // Of the root it is told nothing.
  Name.encode = (name: string | undefined, writer) =>
    name?.includes("\\") && writer !== undefined
      ? encodeEscaped(name, writer)
      : encode(name ?? "", writer);
  Name.decode = (from) => {
    const reader = Buffer.isBuffer(from) ? new Packet.Reader(from) : from;
    const { buffer } = reader;
    const start = reader.offset / 8;
    // What is wrong with the name throws here; the reader stands behind it then.
    decode(reader);
    return labelsAt(buffer, start).map(escapeLabel).join(".");
  };
}

/** Of a name that was found right, with compression (RFC 1035 section 4.1.4). */
function labelsAt(message: Buffer, start: number): Buffer[] {
  const labels: Buffer[] = [];
  for (let at = start; ; ) {
    const length = message[at] ?? 0;
    if (length === 0) return labels;
    if (length >= 0xc0) {
      at = ((length & 0x3f) << 8) | (message[at + 1] ?? 0);
    } else {
      labels.push(message.subarray(at + 1, at + 1 + length));
      at += 1 + length;
    }
  }
}

/** With numbers alone, so that each dot stands between two labels. */
function escapeLabel(label: Buffer): string {
  let text = "";
  for (const octet of label) {
    const character = String.fromCharCode(octet);
    text += PLAIN.test(character) ? character : `\\${String(octet).padStart(3, "0")}`;
  }
  return text;
}

/** Of a name that was read before. */
function encodeEscaped(name: string, writer: InstanceType<typeof Packet.Writer>): Buffer {
  for (const label of name.split(".")) {
    const text = label.replaceAll(/\\([0-9]{3})/g, (_, octet) =>
      String.fromCharCode(Number(octet)),
    );
    writer.write(text.length, 8);
    for (const octet of Buffer.from(text, "latin1")) writer.write(octet, 8);
  }
  writer.write(0, 8);
  return writer.toBuffer();
}
