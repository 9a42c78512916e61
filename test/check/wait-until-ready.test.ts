import { expect, test } from "vitest";
import { type Report, reportOf, step } from "../../src/check/report.ts";
import { waitUntilReady } from "../../src/check/wait-until-ready.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const good = reportOf("a.test", [step("cname", "ok")]);
const missing = reportOf("a.test", [step("cname", "cname-missing")]);

/** A watch of a domain that changes with time. A check takes no time. */
async function watch(at: (ms: number) => Report | undefined, limitMs?: number) {
  let nowMs = 0;
  const checkedMs: number[] = [];
  const told: string[] = [];
  const report = await waitUntilReady({
    check: () => {
      checkedMs.push(nowMs);
      return Promise.resolve(at(nowMs));
    },
    clock: () => nowMs,
    wait: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    confirmations: 2,
    limitMs,
    tell: (text) => told.push(text),
  });
  return { report, checkedMs, told };
}

test("F20 ready is twice, a minute apart", async () => {
  const { report, checkedMs } = await watch(() => good);
  expect(report?.result).toBe("pass");
  expect(checkedMs).toEqual([0, MINUTE_MS]);
});

test("F20 what fails in between begins anew", async () => {
  const { checkedMs } = await watch((ms) => (ms === MINUTE_MS ? missing : good));
  expect(checkedMs).toHaveLength(4);
  expect((checkedMs[3] ?? 0) - (checkedMs[2] ?? 0)).toBe(MINUTE_MS);
});

test("F22 a customer may take a month, and is asked after less and less often", async () => {
  const { report, checkedMs, told } = await watch((ms) => (ms < 31 * DAY_MS ? missing : good));
  expect(report?.result).toBe("pass");
  expect(checkedMs.length).toBeLessThan(250);
  const pauses = checkedMs.slice(1, -1).map((ms, i) => ms - (checkedMs[i] ?? 0));
  expect(pauses[0]).toBe(10_000);
  expect(Math.max(...pauses)).toBe(6 * 3_600_000);
  expect(pauses.every((pause, i) => pause >= (pauses[i - 1] ?? 0))).toBe(true);
  expect(told).toEqual(["cname cname-missing", "nothing fails; looking again in 60 seconds"]);
});

test("with a limit it gives up, with the last report", async () => {
  const { report, checkedMs } = await watch(() => missing, 30 * MINUTE_MS);
  expect(report).toBe(missing);
  expect(checkedMs.at(-1)).toBeLessThanOrEqual(30 * MINUTE_MS);
  expect(checkedMs.at(-1)).toBeGreaterThan(25 * MINUTE_MS);
});

test("without a resolver it waits for one", async () => {
  const { report, told } = await watch((ms) => (ms < 20_000 ? undefined : good));
  expect(report?.result).toBe("pass");
  expect(told[0]).toBe("no resolver answers");
});
