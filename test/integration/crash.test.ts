// What an acknowledgement is worth when the process dies without a warning.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address } from "./lab/addresses.ts";
import { challengeValue } from "./lab/challenge-value.ts";
import { dig, txtValues } from "./lab/dig.ts";
import { type Delegate, register, startDnsvouch, update } from "./lab/dnsvouch.ts";
import { Lab } from "./lab/lab.ts";

const delegateCount = 50;
/** To acknowledge for every delegate before the kill: with the third value, the first is pushed out. */
const updatesBeforeKill = 3;
/** Per delegate, far more than are sent before the kill: the loop must end by itself all the same. */
const updateLimit = 10_000;

/** The updates of one delegate, in the order in which they were sent, one at a time. */
interface History {
  readonly delegate: Delegate;
  readonly sent: string[];
  acknowledged: number;
}

/** A TXT RRset has no order. */
const newestTwo = (values: readonly string[]) => values.slice(-2).sort();

describe("kill -9 in the middle of updates, then a new start on the same data", () => {
  const lab = new Lab();
  const histories: History[] = [];

  beforeAll(async () => {
    const folder = lab.newFolder("dnsvouch");
    const dnsvouch = await lab.keep(startDnsvouch(folder));
    for (let i = 0; i < delegateCount; i++) {
      histories.push({ delegate: await register(), sent: [], acknowledged: 0 });
    }
    const enough = Promise.withResolvers<void>();
    const onAcknowledged = () => {
      if (histories.every(({ acknowledged }) => acknowledged >= updatesBeforeKill))
        enough.resolve();
    };
    const writers = histories.map((history) => writeUntilRefused(history, onAcknowledged));
    await Promise.race([enough.promise, Promise.all(writers)]);
    const exit = await dnsvouch.stop("SIGKILL");
    await Promise.all(writers);
    expect(exit.signal).toBe("SIGKILL");
    await lab.keep(startDnsvouch(folder));
  });
  afterAll(() => lab.close());

  /** Sends one update after the other until the server is gone. */
  async function writeUntilRefused(history: History, onAcknowledged: () => void): Promise<void> {
    try {
      for (let i = 0; i < updateLimit; i++) {
        const value = challengeValue(`${history.delegate.subdomain} ${i}`);
        history.sent.push(value);
        await update(history.delegate, value);
        history.acknowledged += 1;
        onAcknowledged();
      }
    } catch (error) {
      // fetch reports a lost connection as a TypeError; an answer other than 200 is a finding.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  test("every delegate had updates acknowledged before the kill", () => {
    expect(histories).toHaveLength(delegateCount);
    for (const { acknowledged } of histories) {
      expect(acknowledged).toBeGreaterThanOrEqual(updatesBeforeKill);
    }
  });

  test("every delegate answers with the two newest values acknowledged", async () => {
    for (const { delegate, sent, acknowledged } of histories) {
      const answer = await dig(address.dnsvouch, delegate.fulldomain, "TXT");
      expect(answer.status).toBe("NOERROR");
      // The update under way at the kill may have been committed, or not: nobody was told.
      expect([newestTwo(sent.slice(0, acknowledged)), newestTwo(sent)]).toContainEqual(
        txtValues(answer),
      );
    }
  });

  test("a delegate of before can still write", async () => {
    const { delegate } = histories[0] ?? {};
    if (delegate === undefined) throw new Error("no delegate");
    const value = challengeValue("after the crash");
    await update(delegate, value);
    expect(txtValues(await dig(address.dnsvouch, delegate.fulldomain, "TXT"))).toContain(value);
  });
});
