import assert from "node:assert/strict";
import { afterAll, expect, test } from "vitest";
import { ANYWHERE } from "../../src/delegate/allow-from.ts";
import { parseChallengeDigest } from "../../src/delegate/challenge-digest.ts";
import { hashApiKey, parseApiKey } from "../../src/delegate/credential.ts";
import { AnswerPath } from "../../src/server/answer-path.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { openStoredValues } from "../../src/store/sqlite/stored-values.ts";
import { ChallengeIndex } from "../../src/zone/challenge-index.ts";
import { ChallengePublisher } from "../../src/zone/challenge-publisher.ts";
import { createTable } from "../../src/zone/table/table-memory.ts";
import { TableReader } from "../../src/zone/table/table-reader.ts";
import { TableWriter } from "../../src/zone/table/table-writer.ts";
import { digest } from "../support/api-client.ts";
import { ProcessFolder } from "../support/process-folder.ts";
import { query } from "../support/query.ts";
import { answerOf } from "../support/responder-of.ts";
import { decodeStrictly } from "../support/strict-message.ts";
import { authorityOver, NOW_MS, requestorBy, zoneUnderTest } from "../support/zone-under-test.ts";

const ZONE = "auth.example";
const UUID = "9f3c1b52-7a0e-4d61-8c5b-2e94d07fa613";
const SLOTS = 2;
const ORIGIN = { peer: "192.0.2.1", forwarded: undefined };

const folder = new ProcessFolder();
afterAll(() => folder.remove());
const file = `${folder.path}/dnsvouch.db`;
const store = await openSqliteStore(file);
await store.beginRun(ZONE, 1);
let users = 0;

/** Registers a delegate in the database and adds these values, oldest first. */
async function register(subdomain: string, numbers: readonly number[]): Promise<number> {
  const username = `00000000-0000-4000-8000-${(users++).toString().padStart(12, "0")}`;
  const key = parseApiKey("k".repeat(40)) ?? assert.fail();
  const keyHash = hashApiKey(key);
  const created = { zone: ZONE, subdomain, allowFrom: ANYWHERE, username, keyHash, createdMs: 0 };
  expect(await store.createDelegate({ ...created, origin: ORIGIN })).toBe("created");
  const credential = (await store.findCredential(username)) ?? assert.fail();
  const { id: credentialId, delegate } = credential;
  for (const number of numbers) {
    const value = parseChallengeDigest(digest(number)) ?? assert.fail();
    const update = { credentialId, delegateId: delegate.id, digest: value, slots: SLOTS };
    await store.addChallengeDigest({ ...update, createdMs: 0, origin: ORIGIN });
  }
  return delegate.id;
}

await register(UUID, [1, 2, 3]);
await register("readable", [4]);
await register("twice", [5, 6, 5]);
await register("empty", []);
await store.deleteDelegate({
  delegateId: await register("deleted", [7]),
  timeMs: 0,
  origin: ORIGIN,
});

const { zone } = zoneUnderTest({ apex: `${ZONE}.`, records: ["alias CNAME readable"] });
const handle = createTable({ readers: 1, zones: 1 }, 3);
const writer = new TableWriter(handle);
const publisher = new ChallengePublisher(writer, 0, 1);
const table = new TableReader(handle, 0);
const stored = openStoredValues(file);
let readsOfStore = 0;
const challenges = new ChallengeIndex(table, {
  zone,
  number: 0,
  ttl: 1,
  stored: (subdomain) => {
    readsOfStore++;
    return stored.digests(ZONE, subdomain, SLOTS);
  },
});
const authority = {
  ...authorityOver(zoneUnderTest({ apex: `${ZONE}.`, records: [] })),
  zones: new Map([[zone.apex.key, { zone, challenges }]]),
};
const onFault = (error: unknown): never => {
  throw error;
};
const path = new AnswerPath({ authority, table, clock: () => NOW_MS, onFault });

/** RCODE and TXT values of a name. */
function lookUp(name: string): string {
  const response = answerOf(path, query(`${name}.${ZONE}. TXT`), requestorBy("udp"));
  const { rcode, answer } = decodeStrictly(response ?? assert.fail());
  return [rcode, ...answer.map((record) => record.split('"')[1] ?? "alias")].join(" ");
}

const EXPECTED = {
  [UUID]: `NOERROR ${digest(2)} ${digest(3)}`,
  [UUID.toUpperCase()]: `NOERROR ${digest(2)} ${digest(3)}`,
  readable: `NOERROR ${digest(4)}`,
  alias: `NOERROR alias ${digest(4)}`,
  twice: `NOERROR ${digest(6)} ${digest(5)}`,
  empty: "NOERROR",
  deleted: "NXDOMAIN",
  nothing: "NXDOMAIN",
  "x.readable": "NXDOMAIN",
};

test("until the table is complete, what it does not have comes from the database", async () => {
  const answers = () =>
    Object.fromEntries(Object.keys(EXPECTED).map((name) => [name, lookUp(name)]));
  expect(answers()).toEqual(EXPECTED);
  expect(readsOfStore).toBeGreaterThan(5);
  // One by one they come into the table, and nothing changes for who asks.
  for await (const published of store.publishedDigests(ZONE, SLOTS)) {
    publisher.publish(published);
    expect(answers()).toEqual(EXPECTED);
  }
  writer.setComplete();
  readsOfStore = 0;
  expect(answers()).toEqual(EXPECTED);
  expect(readsOfStore).toBe(0);
  stored.close();
  await store.close();
});

test("what cannot be read is SERVFAIL, is reported, and costs no other query", () => {
  const faults: unknown[] = [];
  const handleOfOther = createTable({ readers: 1, zones: 1 }, 3);
  const unread = new TableReader(handleOfOther, 0);
  const fault = new Error("a page is damaged");
  const served = {
    zone,
    challenges: new ChallengeIndex(unread, {
      zone,
      number: 0,
      ttl: 1,
      stored: () => {
        throw fault;
      },
    }),
  };
  const damaged = new AnswerPath({
    authority: { ...authority, zones: new Map([[zone.apex.key, served]]) },
    table: unread,
    clock: () => NOW_MS,
    onFault: (error) => faults.push(error),
  });
  const rcodeOf = (question: string): string => {
    const response = answerOf(damaged, query(question), requestorBy("udp"));
    return decodeStrictly(response ?? assert.fail()).rcode;
  };
  expect(rcodeOf(`${UUID}.${ZONE}. TXT`)).toBe("SERVFAIL");
  expect(faults).toEqual([fault]);
  expect(rcodeOf(`${ZONE}. SOA`)).toBe("NOERROR");
  expect(rcodeOf("elsewhere.example. TXT")).toBe("REFUSED");
  expect(faults).toEqual([fault]);
});
