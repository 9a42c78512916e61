// NSD is the measure: the same zone and the same thousands of questions for both servers. They differ where
// `differential/deliberate.ts` says that they do, and nowhere else.
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, delegateZone } from "../lab/addresses.ts";
import { exchangeAll } from "../lab/bulk-exchange.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import { dig } from "../lab/dig.ts";
import { type Delegate, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { startNsdServer } from "../lab/nsd.ts";
import { type DeliberateDifference, deliberateDifferences } from "./differential/deliberate.ts";
import { type AskedQuestion, generateQuestions } from "./differential/questions.ts";
import { apex, staticRecords } from "./differential/records.ts";
import { differingFields, type Reply, silence, toReply } from "./differential/reply.ts";

interface Comparison {
  readonly asked: AskedQuestion;
  readonly ours: Reply;
  readonly nsd: Reply;
  /** What dnsvouch has to say, if all the differences that matter here are deliberate. */
  readonly expected: Reply;
  readonly deliberate: readonly DeliberateDifference[];
}

const fewestQuestions = 3000;
const mostShown = 20;

const lab = new Lab();
let comparisons: Comparison[];

beforeAll(async () => {
  const folder = lab.newFolder("dnsvouch");
  const delegates = await registerDelegates(folder);
  const { records, published } = recordsOf(delegates);
  await lab.keep(startDnsvouch(folder, { records: [...staticRecords, ...records] }));
  const zone = await zoneFile([...staticRecords, ...records, ...published], delegates);
  const twin = { addresses: [address.twin], zones: { [delegateZone]: zone } };
  await lab.keep(startNsdServer(lab.newFolder("nsd"), twin));

  const owners = ownersOf([...staticRecords, ...records], delegates);
  const questions = generateQuestions(owners, delegates.two.fulldomain);
  const ours = await exchangeAll(address.dnsvouch, questions);
  const theirs = await exchangeAll(address.twin, questions);
  comparisons = questions.map((asked, i) => compare(asked, toReply(ours[i]), toReply(theirs[i])));
});
afterAll(() => lab.close());

/** Delegates by the number of values that they publish. */
type Delegates = Readonly<Record<"none" | "one" | "two", Delegate>>;

const values = ["apex", "wildcard"].map(challengeValue);

/** In a first run, so that the static records of the second can name the delegates. */
async function registerDelegates(folder: string): Promise<Delegates> {
  const dnsvouch = await startDnsvouch(folder);
  try {
    const delegates = { none: await register(), one: await register(), two: await register() };
    for (const value of values.slice(0, 1)) await update(delegates.one, value);
    for (const value of values) await update(delegates.two, value);
    return delegates;
  } finally {
    await dnsvouch.stop();
  }
}

/** Static records about the delegates, and what they publish. */
function recordsOf({ none, one, two }: Delegates): { records: string[]; published: string[] } {
  return {
    records: [
      `to-none.${apex} CNAME ${none.fulldomain}.`,
      `to-two.${apex} CNAME ${two.fulldomain}.`,
      `below.${one.fulldomain}. A 192.0.2.120`,
      `${two.fulldomain}. CAA 0 issue ";"`,
    ],
    published: [
      ...values.slice(0, 1).map((value) => `${one.fulldomain}. 1 TXT "${value}"`),
      ...values.map((value) => `${two.fulldomain}. 1 TXT "${value}"`),
    ],
  };
}

/** With the SOA of dnsvouch, whose serial only it knows. */
async function zoneFile(records: readonly string[], { none }: Delegates): Promise<string> {
  const { answer } = await dig(address.dnsvouch, apex, "SOA");
  // A delegate exists before its first value. In a zone file a name without records exists only as an
  // empty non-terminal, so there must be something below, which nobody asks for.
  const makesExist = `nobody-asks-for-this.${none.fulldomain}. TXT ""`;
  return ["$TTL 3600", ...answer, ...records, makesExist, ""].join("\n");
}

function ownersOf(records: readonly string[], delegates: Delegates): string[] {
  const owners = records.map((record) => record.slice(0, record.indexOf(" ")));
  const registered = Object.values(delegates).map(({ fulldomain }) => `${fulldomain}.`);
  return [...new Set([...owners, ...registered])];
}

function compare(asked: AskedQuestion, ours: Reply, nsd: Reply): Comparison {
  let expected = nsd;
  const deliberate: DeliberateDifference[] = [];
  for (const difference of deliberateDifferences) {
    const rewritten = difference.rewrite(expected, asked, ours);
    if (differingFields(rewritten, expected).length > 0) deliberate.push(difference);
    expected = rewritten;
  }
  return { asked, ours, nsd, expected, deliberate };
}

function show({ asked, ours, nsd, expected, deliberate }: Comparison): string {
  const { question, transport, octets } = asked;
  const fields = differingFields(ours, expected).map(
    (field) =>
      `  ${field}: ${JSON.stringify(ours[field])}\n` +
      `  instead of: ${JSON.stringify(expected[field])} (NSD: ${JSON.stringify(nsd[field])})`,
  );
  const reasons = deliberate.map(({ what }) => `  deliberate: ${what}`);
  const query = `${question} over ${transport}, ${octets.toString("hex")}`;
  return [query, ...fields, ...reasons].join("\n");
}

test("every question is answered by both", () => {
  expect(comparisons.length).toBeGreaterThanOrEqual(fewestQuestions);
  const unanswered = comparisons.filter(({ ours, nsd }) => ours === silence || nsd === silence);
  expect(unanswered.map(show)).toEqual([]);
});

test("no difference but the deliberate ones", () => {
  const unexplained = comparisons.filter(
    ({ ours, expected }) => differingFields(ours, expected).length > 0,
  );
  const shown = unexplained.slice(0, mostShown).map(show).join("\n\n");
  expect(unexplained.length, `${unexplained.length} unexplained:\n\n${shown}`).toBe(0);
});

test.for(deliberateDifferences)("it is still so: $what", (difference) => {
  const found = comparisons.filter(({ deliberate }) => deliberate.includes(difference));
  expect(found.length).toBeGreaterThan(0);
});
