// What an acknowledgement is worth when the power goes: the server runs while everything that it does to its
// directory is written down, and is started again on what a disk would have kept of it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "../lab/lab.ts";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { startDnsvouch } from "../support/dnsvouch-process.ts";
import { lookUpTexts } from "../support/look-up.ts";
import { apiUrl } from "../support/process-folder.ts";
import { DiskImage, NOTHING_SURVIVES, type Survival, stepsOf } from "./power-cut/disk-image.ts";

const ROUNDS = 10;
const WRITERS = 8;
/** For each writer: enough for SQLite to move its -wal file into the database a few times. */
const UPDATES = 150;
const SEED = 20_261_125;

/** What was acknowledged to one client, with how long the record was when it was. */
interface History {
  readonly delegate: Delegate;
  readonly registeredAt: number;
  /** Of update 1, 2 and so on. */
  readonly updatedAt: number[];
}

const lab = new Lab();
const histories: History[] = [];
let record: Buffer;
let servedAt: number;

beforeAll(async () => {
  const folder = lab.newFolder("recorded");
  const library = join(folder, "recorder.so");
  const source = join(import.meta.dirname, "power-cut", "recorder.c");
  execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"]);
  const recordFile = join(folder, "record");
  const data = join(folder, "data");
  mkdirSync(data);
  const server = startDnsvouch(["-c", configFile(folder, data)], folder, {
    LD_PRELOAD: library,
    RECORDED_DIRECTORY: data,
    RECORD_FILE: recordFile,
  });
  try {
    await server.ready();
    const length = (): number => statSync(recordFile).size;
    servedAt = length();
    const url = apiUrl(server);
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        const delegate = await register(url);
        const history = { delegate, registeredAt: length(), updatedAt: [] as number[] };
        histories.push(history);
        for (let number = 1; number <= UPDATES; number++) {
          await update(url, delegate, digest(number));
          history.updatedAt.push(length());
        }
      }),
    );
  } finally {
    server.child.kill("SIGKILL");
    await server.exit();
  }
  record = readFileSync(recordFile);
});
afterAll(() => lab.close());

describe.for(rounds())("power cut $round, $kind", ({ round, survival }) => {
  test("loses nothing that was acknowledged", async () => {
    const folder = lab.newFolder(`round-${round}`);
    const data = join(folder, "data");
    mkdirSync(data);
    // Spread over the whole run, never twice at the same place.
    const wanted = servedAt + ((record.length - servedAt) * (round + random())) / ROUNDS;
    const image = new DiskImage();
    let cutAt = 0;
    for (const { step, end } of stepsOf(record)) {
      if (end > wanted && cutAt >= servedAt) break;
      image.apply(step);
      cutAt = end;
    }
    for (const [name, octets] of image.afterPowerCut(survival)) {
      writeFileSync(join(data, name), octets, { mode: 0o600 });
    }
    const database = new Database(join(data, "db.sqlite"));
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    database.close();
    await expectAcknowledged(folder, data, cutAt);
  });
});

async function expectAcknowledged(folder: string, data: string, cutAt: number): Promise<void> {
  const server = startDnsvouch(["-c", configFile(folder, data)], folder);
  let known = 0;
  try {
    await server.ready();
    for (const { delegate, registeredAt, updatedAt } of histories) {
      if (registeredAt > cutAt) continue;
      known++;
      const last = updatedAt.filter((at) => at <= cutAt).length;
      const found = await lookUpTexts(server, delegate.fulldomain);
      // The one that was under way may be there as well.
      expect([newestTwo(last), newestTwo(last + 1)]).toContainEqual(found);
      await update(apiUrl(server), delegate, digest(0));
    }
  } finally {
    server.child.kill("SIGTERM");
    expect(await server.exit()).toBe(0);
  }
  expect(known).toBeGreaterThan(0);
}

const newestTwo = (last: number): string[] =>
  [last - 1, last].filter((number) => number > 0).map(digest);

function configFile(folder: string, data: string): string {
  const file = join(folder, "config.toml");
  const text = `
[general]
listen = "127.0.0.1:0"
domain = "auth.example.org"
[database]
connection = ${JSON.stringify(join(data, "db.sqlite"))}
[api]
ip = "127.0.0.1"
port = 0
[limits]
register_per_source_per_hour = 0
`;
  writeFileSync(file, text);
  return file;
}

/** Every other one on a disk that has written, out of order, some of what it was not asked to. */
function rounds(): {
  readonly round: number;
  readonly kind: string;
  readonly survival: Survival;
}[] {
  const some: Survival = { ofSector: () => random() < 0.5, ofNames: () => random() < 0.5 };
  return Array.from({ length: ROUNDS }, (_, round) =>
    round % 2 === 0
      ? { round, kind: "nothing but what was synced", survival: NOTHING_SURVIVES }
      : { round, kind: "some of the rest, torn", survival: some },
  );
}

let state = SEED;

/** From 0 to 1, the same in every run (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
