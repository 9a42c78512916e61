// What an acknowledgement is worth when the process dies without a warning.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, dnsPort } from "../lab/addresses.ts";
import { challengeValue } from "../lab/challenge-value.ts";
import type { Daemon } from "../lab/daemon.ts";
import { type Delegate, register, startDnsvouch, update } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";
import { textsAt } from "../support/look-up.ts";

const rounds = Array.from({ length: 10 }, (_, number) => ({ round: number + 1 }));
const delegatesPerRound = 20;
/** The newest delegates, which are written to; all are looked up after the last round. */
const activeDelegates = 40;
/** To acknowledge for every delegate before the kill: with the third value, the first is pushed out. */
const updatesBeforeKill = 3;
/** Per delegate and round, far more than are sent before the kill: the loop must end by itself all the same. */
const updateLimit = 10_000;

/** The updates of one delegate, in the order in which they were sent, one at a time. */
interface History {
  readonly delegate: Delegate;
  readonly sent: string[];
  acknowledged: number;
}

const lab = new Lab();
const histories: History[] = [];
let valueCount = 0;
let folder: string;
let dnsvouch: Daemon;

beforeAll(async () => {
  folder = lab.newFolder("dnsvouch");
  dnsvouch = await lab.keep(startDnsvouch(folder));
});
afterAll(() => lab.close());

/** Registers, then sends updates of all delegates until the server is killed in their midst. */
async function killUnderLoad(): Promise<void> {
  const active = histories.slice(-activeDelegates);
  const before = new Map(active.map((history) => [history, history.acknowledged]));
  const enough = Promise.withResolvers<void>();
  const onAcknowledged = () => {
    const isEnough = active.every(
      (history) => history.acknowledged >= (before.get(history) ?? 0) + updatesBeforeKill,
    );
    if (isEnough) enough.resolve();
  };
  const writers = active.map((history) => writeUntilRefused(history, onAcknowledged));
  // Registrations are under way when the process dies as well.
  const registering = registerUntilRefused();
  await Promise.race([enough.promise, Promise.all(writers)]);
  const exit = await dnsvouch.stop("SIGKILL");
  await Promise.all(writers);
  histories.push(...(await registering));
  expect(exit.signal).toBe("SIGKILL");
}

/** Sends one update after the other until the server is gone. */
async function writeUntilRefused(history: History, onAcknowledged: () => void): Promise<void> {
  await untilLost(async () => {
    for (let i = 0; i < updateLimit; i++) {
      await send(history);
      onAcknowledged();
    }
  });
}

async function send(history: History): Promise<void> {
  const value = challengeValue(`value ${valueCount++}`);
  history.sent.push(value);
  await update(history.delegate, value);
  history.acknowledged += 1;
}

/** Those that were acknowledged. */
async function registerUntilRefused(): Promise<History[]> {
  const registered: History[] = [];
  await untilLost(async () => {
    for (let i = 0; i < updateLimit; i++) {
      registered.push({ delegate: await register(), sent: [], acknowledged: 0 });
    }
  });
  return registered;
}

/** fetch reports a lost connection as a TypeError; an answer that is no success is a finding. */
async function untilLost(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

describe.for(rounds)("kill -9 under load, round $round", ({ round }) => {
  test("nothing that was acknowledged is lost, in the right order", async () => {
    for (let i = 0; i < delegatesPerRound; i++) {
      histories.push({ delegate: await register(), sent: [], acknowledged: 0 });
    }
    await killUnderLoad();
    dnsvouch = await lab.keep(startDnsvouch(folder));
    const looked = round === rounds.length ? histories : histories.slice(-activeDelegates);
    for (const { delegate, sent, acknowledged } of looked) {
      // Rejects for a name that does not exist.
      const found = await textsAt(`${address.dnsvouch}:${dnsPort}`, delegate.fulldomain);
      // The update under way at the kill may have been committed, or not: nobody was told.
      const possible = [sent.slice(0, acknowledged), sent].map((values) => values.slice(-2));
      expect(possible).toContainEqual(found);
    }
  });

  test("every delegate of before can still write", async () => {
    for (const history of histories.slice(-activeDelegates)) {
      // With two values it is settled what the newest two are.
      history.sent.length = 0;
      history.acknowledged = 0;
      await send(history);
      await send(history);
    }
  });
});
