// Answers of resolvers and name servers by table, for checks that are about no network.
import type {
  AnyRecord,
  Exchange,
  Question,
  Reply,
  ServerAddress,
} from "../../src/check/message.ts";

/** `name ttl type data`, the data of TXT and CAA in quotes: `a.test 60 CAA 0 issue "x"`. */
export function record(text: string): AnyRecord {
  const [, owner = "", ttl = "", rrtype = "", data = ""] =
    /^(\S+) (\d+) (\S+) ?(.*)$/.exec(text) ?? [];
  const head = { owner: owner === "." ? "" : owner, ttl: Number(ttl) };
  switch (rrtype) {
    case "A":
    case "AAAA":
      return { ...head, rrtype, address: data };
    case "CNAME":
    case "DNAME":
    case "NS":
      return { ...head, rrtype, target: data };
    case "TXT":
      return { ...head, rrtype, text: data.slice(1, -1) };
    case "CAA": {
      const [, flags = "", tag = "", value = ""] = /^(\d+) (\S+) "(.*)"$/.exec(data) ?? [];
      return { ...head, rrtype, flags: Number(flags), tag, value };
    }
    default:
      return { ...head, rrtype: "SOA" };
  }
}

export interface Asked extends Question {
  readonly server: ServerAddress;
}

/** One that gives for each question what `answer` says, and what was asked. */
export function scriptedExchange(answer: (asked: Asked) => Reply): {
  readonly exchange: Exchange;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const exchange: Exchange = (server, question, allowance) => {
    if (!allowance.take(false) || allowance.remainingMs() <= 0) {
      return Promise.resolve({ failure: "bounds" });
    }
    asked.push({ ...question, server });
    return Promise.resolve(answer({ ...question, server }));
  };
  return { exchange, asked };
}

const ZONE = "customer.test";

/** What has these records, below `customer.test`, as its name server and as a resolver; follows aliases. */
export function answersOf(texts: readonly string[]): (asked: Asked) => Reply {
  const all = texts.map(record);
  const apexes = all.filter(({ rrtype }) => rrtype === "SOA").map(({ owner }) => owner);
  return ({ name, qtype, isRecursive }) => {
    const answer: AnyRecord[] = [];
    let at = name;
    for (let i = 0; i < 20; i++) {
      const here = all.filter(({ owner }) => owner === at);
      answer.push(...here.filter(({ rrtype }) => rrtype === qtype));
      const alias = here.find(({ rrtype }) => rrtype === "CNAME");
      if (alias === undefined || qtype === "CNAME" || !("target" in alias)) break;
      answer.push(alias);
      at = alias.target;
    }
    const apex = apexes
      .filter((each) => at === each || at.endsWith(`.${each}`) || each === "")
      .toSorted((a, b) => b.length - a.length)[0];
    const exists = all.some(({ owner }) => owner === at || owner.endsWith(`.${at}`));
    return {
      rcode: exists ? 0 : 3,
      isAuthoritative: !isRecursive,
      isAuthentic: false,
      answer,
      authority:
        answer.some(({ rrtype }) => rrtype === qtype) || apex === undefined
          ? []
          : [{ owner: apex, ttl: 60, rrtype: "SOA" }],
    };
  };
}

/** A zone with one name server, and the zones above and beside it. */
export const sound: readonly string[] = [
  ". 60 SOA",
  "test 60 SOA",
  `${ZONE} 60 SOA`,
  `${ZONE} 60 NS ns1.${ZONE}`,
  `ns1.${ZONE} 60 A 192.0.2.53`,
  "auth.example 60 SOA",
  'd.auth.example 60 TXT "x"',
];
