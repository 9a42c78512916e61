// Where dnsvouch answers otherwise than NSD on purpose. Each entry makes of NSD's reply the one that dnsvouch must
// give: it changes what the reason speaks of, and where the reason does not hold it changes nothing.
import { HeaderFlag } from "../../support/query.ts";
import type { AskedQuestion } from "./questions.ts";
import { apex } from "./records.ts";
import type { Reply } from "./reply.ts";

export interface DeliberateDifference {
  readonly what: string;
  readonly reason: string;
  readonly rewrite: (nsd: Reply, asked: AskedQuestion, ours: Reply) => Reply;
}

const opcodeQuery = 0;
const opcodeNotify = 4;
const classAny = 255;
const classIn = 1;
const type = { NS: 2, NXNAME: 128, IXFR: 251, AXFR: 252, ANY: 255 } as const;
/** CNAMEs that dnsvouch puts into one answer: those that it follows, and the one behind them. */
const longestChain = 9;

const opcodeOf = ({ options }: AskedQuestion): number => options.opcode ?? opcodeQuery;
const ownerOf = (record: string): string => record.slice(0, record.indexOf(" "));
const typeOf = (record: string): string => record.split(" ", 4)[3]?.toUpperCase() ?? "";
const qnameOf = ({ question }: AskedQuestion): string =>
  question.slice(0, question.lastIndexOf(" ")).toLowerCase();

/** QR, and RD as it was asked: what every response has. */
function plainFlags({ options }: AskedQuestion): string[] {
  return ((options.flags ?? 0) & HeaderFlag.RD) === 0 ? ["qr"] : ["qr", "rd"];
}

function optFor({ options: { edns } }: AskedQuestion): string {
  if (edns === undefined) return "";
  return `version 0, size 1232, DO ${edns.wantsDnssec === true}, flags 0`;
}

/** A response without records. */
function bare(rcode: string, asked: AskedQuestion): Reply {
  return {
    rcode,
    flags: plainFlags(asked),
    questionHex: asked.questionHex,
    answer: [],
    authority: [],
    additional: [],
    opt: optFor(asked),
  };
}

export const deliberateDifferences: readonly DeliberateDifference[] = [
  {
    what: "NOTIMP, and REFUSED for a class, repeat the question",
    reason:
      "RFC 5452 section 9.1: a resolver takes a response for one to its query only if the question is the same",
    rewrite: (nsd, asked) =>
      nsd.questionHex === "" && (nsd.rcode === "NOTIMP" || nsd.rcode === "REFUSED")
        ? { ...nsd, questionHex: asked.questionHex }
        : nsd,
  },
  {
    what: "NOTIMP has OPT if the query had",
    reason: "RFC 6891 section 6.1.1: whoever gets an OPT record must send one back",
    rewrite: (nsd, asked) =>
      nsd.rcode === "NOTIMP" && opcodeOf(asked) !== opcodeQuery
        ? { ...nsd, opt: optFor(asked) }
        : nsd,
  },
  {
    what: "NOTIFY is not implemented",
    reason:
      "RFC 1996 section 1: NOTIFY speaks to secondaries, and dnsvouch is never one; RFC 1035 section 4.1.1: NOTIMP " +
      "says that a server does not support this kind of query",
    rewrite: (nsd, asked) => (opcodeOf(asked) === opcodeNotify ? bare("NOTIMP", asked) : nsd),
  },
  {
    what: "a transfer is refused whatever the name and the transport",
    reason:
      "RFC 5936 section 5: a server that gives nobody a transfer says REFUSED; section 4.2: AXFR over UDP has no " +
      "meaning; so whoever asks learns nothing of what is a zone here",
    rewrite: (nsd, { qtype }) =>
      (qtype === type.AXFR && nsd.rcode === "NOTIMP") ||
      ((qtype === type.AXFR || qtype === type.IXFR) && nsd.rcode === "NOTAUTH")
        ? { ...nsd, rcode: "REFUSED" }
        : nsd,
  },
  {
    what: "BADVERS does not repeat AA, TC, RA, Z, AD and CD of the query",
    reason: "RFC 1035 section 4.1.1: AA, TC and RA speak of the response, and Z is zero in all",
    rewrite: (nsd, asked) => (nsd.rcode === "BADVERS" ? { ...nsd, flags: plainFlags(asked) } : nsd),
  },
  {
    what: "BADVERS copies DO",
    reason: "RFC 3225 section 3: the DO bit of the query must be copied into the response",
    rewrite: (nsd, asked) => (nsd.rcode === "BADVERS" ? { ...nsd, opt: optFor(asked) } : nsd),
  },
  {
    what: "class ANY gets no data",
    reason:
      "RFC 1035 section 6.2: no answer to QCLASS * can be authoritative, and this server has no other answers",
    rewrite: (nsd, asked) =>
      asked.qclass === classAny && nsd.rcode !== "REFUSED" ? bare("REFUSED", asked) : nsd,
  },
  {
    what: "a question for NXNAME is a format error",
    reason: "RFC 9824 section 3.5: the type stands in NSEC records only, and nobody may ask for it",
    rewrite: (nsd, asked) =>
      asked.qtype === type.NXNAME &&
      asked.qclass === classIn &&
      opcodeOf(asked) === opcodeQuery &&
      nsd.rcode !== "BADVERS"
        ? bare("FORMERR", asked)
        : nsd,
  },
  {
    what: "the nameservers' addresses do not follow the NS RRset of the apex",
    reason:
      "RFC 9471 section 3 asks for them in referrals alone; everywhere else the resolver asks for what it needs, " +
      "and small answers amplify little",
    rewrite: (nsd, { qtype }) =>
      qtype === type.NS && nsd.answer.some((record) => ownerOf(record) === apex)
        ? { ...nsd, additional: [] }
        : nsd,
  },
  {
    what: "ANY at a name without records is HINFO",
    reason:
      "RFC 8482 section 4.2: a synthesized HINFO; a NODATA response would deny what is asked for",
    rewrite: (nsd, asked) =>
      asked.qtype === type.ANY && nsd.rcode === "NOERROR" && nsd.authority.some(isSoa)
        ? { ...nsd, answer: [`${qnameOf(asked)} 3600 IN HINFO "RFC8482" ""`], authority: [] }
        : nsd,
  },
  {
    what: "ANY picks another one of the RRsets of the name",
    // Which RRset it is, and that it is whole, is seen from the question for its own type.
    reason: "RFC 8482 section 4.1: one RRset of the server's choice",
    rewrite: (nsd, asked, ours) =>
      asked.qtype === type.ANY && isOneRRsetOf(asked, nsd) && isOneRRsetOf(asked, ours)
        ? { ...nsd, answer: ours.answer }
        : nsd,
  },
  {
    what: "a chain of CNAMEs is followed eight times",
    reason:
      "RFC 1034 section 3.6.2 and 5.2.2: chains are followed, but a server and a resolver both limit the work for " +
      "one question; the resolver goes on from the last target",
    rewrite: (nsd, asked) => {
      const chain = chainFrom(qnameOf(asked), nsd.answer);
      if (chain.length < longestChain) return nsd;
      return { ...nsd, answer: chain.slice(0, longestChain).sort(), authority: [] };
    },
  },
];

function isSoa(record: string): boolean {
  return typeOf(record) === "SOA";
}

function isOneRRsetOf(asked: AskedQuestion, { answer }: Reply): boolean {
  const owners = new Set(answer.map(ownerOf));
  const types = new Set(answer.map(typeOf));
  return types.size === 1 && owners.size === 1 && owners.has(qnameOf(asked));
}

/** The CNAME records that lead away from a name, in their order. */
function chainFrom(qname: string, records: readonly string[]): string[] {
  const chain: string[] = [];
  let owner: string | undefined = qname;
  while (owner !== undefined) {
    const next = records.find((each) => ownerOf(each) === owner && typeOf(each) === "CNAME");
    owner = next === undefined || chain.includes(next) ? undefined : next.split(" ", 5)[4];
    if (next !== undefined && owner !== undefined) chain.push(next);
  }
  return chain;
}
