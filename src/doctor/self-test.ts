import type { Inquiry } from "../check/inquiry.ts";
import {
  type AnyRecord,
  describeReply,
  isResponse,
  NOERROR,
  NXDOMAIN,
  type Qtype,
  type Reply,
  type ServerAddress,
} from "../check/message.ts";
import { type Finding, fail, pass, skip, warn } from "./finding.ts";

/** Where and about what the server is asked. */
export interface SelfTest {
  /** That it is reached at from this machine. */
  readonly addresses: readonly ServerAddress[];
  readonly udp: boolean;
  readonly tcp: boolean;
  /** The apex of the first zone. */
  readonly apex: string;
  /** A label that nothing has. */
  readonly unusedLabel: string;
  /** `dns.edns_size` */
  readonly ednsOctets: number;
}

/** Asks the server what resolvers and authorities ask. */
export async function testAnswers(inquiry: Inquiry, test: SelfTest): Promise<Finding[]> {
  const [udp, tcp] = await Promise.all([
    testTransport(inquiry, test, "udp"),
    testTransport(inquiry, test, "tcp"),
  ]);
  const working = udp.working ?? tcp.working;
  if (working === undefined) {
    const rest = ["edns", "negatives", "case"].map((id) => skip(id, "the server does not answer"));
    return [udp.finding, tcp.finding, ...rest];
  }
  const transport = udp.working === undefined ? "tcp" : "udp";
  const ask: Ask = (qtype, name) => inquiry.askAuthority(working, { name, qtype, transport });
  return [
    udp.finding,
    tcp.finding,
    await testEdns(inquiry, test, transport),
    await testNegatives(ask, test),
    await testCase(ask, test),
  ];
}

type Ask = (qtype: Qtype, name: string) => Promise<Reply>;

interface Transported {
  readonly finding: Finding;
  readonly working: ServerAddress | undefined;
}

async function testTransport(
  inquiry: Inquiry,
  test: SelfTest,
  transport: "udp" | "tcp",
): Promise<Transported> {
  const { addresses, apex } = test;
  const id = `dns-${transport}`;
  if (!test[transport]) {
    const fix = 'set protocol = "both" below [general]: resolvers need UDP and TCP (RFC 7766)';
    return {
      finding: warn(id, `general.protocol leaves out ${transport}`, fix),
      working: undefined,
    };
  }
  const replies = await Promise.all(
    addresses.map(async (address) => ({
      address,
      problem: problemOf(
        await inquiry.askAuthority(address, { name: apex, qtype: "SOA", transport }),
      ),
    })),
  );
  const silent = replies.filter(({ problem }) => problem !== undefined);
  const working = replies.find(({ problem }) => problem === undefined)?.address;
  if (silent.length === 0) {
    return {
      finding: pass(id, `the SOA of ${apex} at ${addresses.map(textOf).join(", ")}`),
      working,
    };
  }
  const what = silent.map(({ address, problem }) => `${textOf(address)}: ${problem}`).join("; ");
  const fix = "see the log of the server, and whether a firewall of this machine is in between";
  return { finding: fail(id, what, fix), working };
}

function problemOf(reply: Reply): string | undefined {
  if (!isResponse(reply) || reply.rcode !== NOERROR) return describeReply(reply);
  if (!reply.isAuthoritative) return "an answer without authority (no AA)";
  return reply.answer.some(({ rrtype }) => rrtype === "SOA") ? undefined : "no SOA in the answer";
}

function textOf({ address, port }: ServerAddress): string {
  return `${address} port ${port}`;
}

const REPORT = "report it, with this line and the version: it is a fault of dnsvouch itself";

/** At each address that answers: something else may be behind one of them. */
async function testEdns(
  inquiry: Inquiry,
  { addresses, apex, ednsOctets }: SelfTest,
  transport: "udp" | "tcp",
): Promise<Finding> {
  const replies = await Promise.all(
    addresses.map(async (address) => ({
      address,
      reply: await inquiry.askAuthority(address, { name: apex, qtype: "SOA", transport }),
    })),
  );
  const wrong = replies.flatMap(({ address, reply }) => {
    if (!isResponse(reply) || reply.udpPayloadSize === ednsOctets) return [];
    const { udpPayloadSize: octets } = reply;
    const what = octets === undefined ? "no EDNS" : `UDP payloads of ${octets} octets`;
    return [`${textOf(address)}: ${what} in the answer`];
  });
  if (wrong.length === 0) return pass("edns", `UDP payloads of ${ednsOctets} octets`);
  const fix =
    "something else answers there, such as a firewall or another server: let the port lead to dnsvouch itself, or restart it if dns.edns_size was changed";
  return fail("edns", wrong.join("; "), fix);
}

/** RFC 2308: what is not there, said so that resolvers neither keep it for long nor take it for more. */
async function testNegatives(ask: Ask, { apex, unusedLabel }: SelfTest): Promise<Finding> {
  const [absent, empty, foreign] = await Promise.all([
    ask("TXT", `${unusedLabel}.${apex}`),
    ask("CNAME", apex),
    ask("TXT", `${unusedLabel}.invalid`),
  ]);
  const wrong = [
    isNegative(absent, NXDOMAIN, apex) ? "" : `NXDOMAIN expected for ${unusedLabel}.${apex}`,
    isNegative(empty, NOERROR, apex) ? "" : `NODATA expected for CNAME at ${apex}`,
    isResponse(foreign) && describeReply(foreign) === "REFUSED"
      ? ""
      : "REFUSED expected outside the zones",
  ].filter((text) => text !== "");
  if (wrong.length === 0)
    return pass("negatives", "NXDOMAIN, NODATA and REFUSED where they belong");
  return fail("negatives", wrong.join("; "), REPORT);
}

function isNegative(reply: Reply, rcode: number, apex: string): boolean {
  const isSoa = ({ rrtype, owner }: AnyRecord): boolean => rrtype === "SOA" && owner === apex;
  return (
    isResponse(reply) &&
    reply.rcode === rcode &&
    reply.answer.length === 0 &&
    reply.authority.some(isSoa)
  );
}

/** Resolvers write questions in mixed case, and take back the same alone (the draft "0x20"). */
async function testCase(ask: Ask, { apex }: SelfTest): Promise<Finding> {
  const mixed = [...apex].map((c, i) => (i % 2 === 0 ? c.toUpperCase() : c)).join("");
  const reply = await ask("SOA", mixed);
  const isRight = problemOf(reply) === undefined && isResponse(reply) && reply.keepsCase === true;
  return isRight
    ? pass("case", "questions come back letter by letter")
    : fail("case", describeReply(reply), REPORT);
}
