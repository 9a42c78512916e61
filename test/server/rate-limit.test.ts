import { expect, test } from "vitest";
import {
  createRateLimitMemory,
  type Decision,
  limitedSinceLastTime,
  RateLimit,
  type ResponseKind,
} from "../../src/server/rate-limit.ts";
import { NOW_MS } from "../support/zone-under-test.ts";

const SOURCE = Uint8Array.of(192, 0, 2, 1);
const PER_SECOND = 5;

function limit(perSecond: number = PER_SECOND, seed = 1): RateLimit {
  return new RateLimit({
    perSecond,
    coversLoopback: true,
    seed,
    memory: createRateLimitMemory(1),
    thread: 0,
  });
}

function decisions(
  rateLimit: RateLimit,
  count: number,
  given: { kind?: ResponseKind; source?: Uint8Array; atMs?: number } = {},
): Decision[] {
  const { kind = "nxdomain", source = SOURCE, atMs = NOW_MS } = given;
  return Array.from({ length: count }, () => rateLimit.decide(source, kind, atMs));
}

function sent(taken: readonly Decision[]): number {
  return taken.filter((decision) => decision === "send").length;
}

test.for<{ kind: ResponseKind }>([{ kind: "nxdomain" }, { kind: "error" }])(
  "a network gets so many responses of kind $kind at once, and no more",
  ({ kind }) => {
    const taken = decisions(limit(), 50, { kind });
    expect(taken.slice(0, PER_SECOND)).toEqual(Array(PER_SECOND).fill("send"));
    expect(sent(taken)).toBe(PER_SECOND);
  },
);

test.for<{ kind: ResponseKind; times: number }>([
  { kind: "nodata", times: 5 },
  { kind: "data", times: 100 },
])("what exists is limited later: $times times as many of kind $kind", ({ kind, times }) => {
  const taken = decisions(limit(), 1000, { kind });
  expect(sent(taken)).toBe(times * PER_SECOND);
});

test.for<{ kind: ResponseKind }>([{ kind: "data" }, { kind: "nodata" }])(
  "what exists is never met with silence: $kind",
  ({ kind }) => {
    const taken = decisions(limit(1), 5000, { kind });
    expect(new Set(taken)).toEqual(new Set(["send", "truncate"]));
  },
);

test.for<{ kind: ResponseKind }>([{ kind: "nxdomain" }, { kind: "error" }])(
  "what has no answer is truncated and dropped in turns: $kind",
  ({ kind }) => {
    const taken = decisions(limit(1), 5, { kind });
    expect(taken).toEqual(["send", "truncate", "drop", "truncate", "drop"]);
  },
);

test("the turns of one network are not those of another", () => {
  const rateLimit = limit(1);
  const other = Uint8Array.of(198, 51, 100, 1);
  decisions(rateLimit, 1);
  decisions(rateLimit, 1, { source: other });
  // Whoever asks between two queries of another network must not push it into silence.
  for (let i = 0; i < 4; i++) {
    const [ours] = decisions(rateLimit, 1);
    const [theirs] = decisions(rateLimit, 1, { source: other });
    expect([ours, theirs]).toEqual(i % 2 === 0 ? ["truncate", "truncate"] : ["drop", "drop"]);
  }
});

test.for([
  { afterMs: 199, more: 0 },
  { afterMs: 200, more: 1 },
  { afterMs: 600, more: 3 },
  { afterMs: 1000, more: 5 },
  { afterMs: 3_600_000, more: 5 },
])("after $afterMs ms there are $more more", ({ afterMs, more }) => {
  const rateLimit = limit();
  decisions(rateLimit, 50);
  expect(sent(decisions(rateLimit, 50, { atMs: NOW_MS + afterMs }))).toBe(more);
});

test("a steady rate below the limit is never limited", () => {
  const rateLimit = limit();
  for (let i = 0; i < 1000; i++) {
    expect(decisions(rateLimit, 1, { atMs: NOW_MS + i * 200 })).toEqual(["send"]);
  }
});

test("a clock that is set back by an hour limits nobody for an hour", () => {
  const rateLimit = limit();
  decisions(rateLimit, 50);
  expect(sent(decisions(rateLimit, 50, { atMs: NOW_MS - 3_600_000 }))).toBe(PER_SECOND);
});

function ipv6(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(":", ""), "hex");
}

test.for([
  { what: "IPv4 /24", first: SOURCE, second: Uint8Array.of(192, 0, 2, 254) },
  {
    what: "IPv6 /56",
    first: ipv6("2001:0db8:0000:0a00:0000:0000:0000:0001"),
    second: ipv6("2001:0db8:0000:0aff:ffff:ffff:ffff:ffff"),
  },
])("addresses of one network share their responses: $what", ({ first, second }) => {
  const rateLimit = limit();
  decisions(rateLimit, PER_SECOND, { source: first });
  expect(sent(decisions(rateLimit, 10, { source: second }))).toBe(0);
});

test.for([
  { what: "IPv4", first: SOURCE, second: Uint8Array.of(192, 0, 3, 1) },
  {
    what: "IPv6",
    first: ipv6("2001:0db8:0000:0a00:0000:0000:0000:0001"),
    second: ipv6("2001:0db8:0000:0b00:0000:0000:0000:0001"),
  },
  {
    what: "IPv4 and IPv6 that begin alike",
    first: SOURCE,
    second: ipv6("c000:0200:0000:0000:0000:0000:0000:0000"),
  },
])("networks do not share them: $what", ({ first, second }) => {
  const rateLimit = limit();
  decisions(rateLimit, 50, { source: first });
  expect(sent(decisions(rateLimit, 50, { source: second }))).toBe(PER_SECOND);
});

test("kinds do not share them: who uses up errors still gets the rest", () => {
  const rateLimit = limit();
  decisions(rateLimit, 50, { kind: "error" });
  expect(sent(decisions(rateLimit, 50, { kind: "nxdomain" }))).toBe(PER_SECOND);
  expect(sent(decisions(rateLimit, 50, { kind: "nodata" }))).toBe(5 * PER_SECOND);
  expect(sent(decisions(rateLimit, 50, { kind: "data" }))).toBe(50);
});

test("a million forged networks: memory does not grow, and a network that asks goes on being limited", () => {
  const rateLimit = limit();
  const before = process.memoryUsage();
  for (let i = 0; i < 1_000_000; i++) {
    const source = Uint8Array.of(10 + (i >>> 16), i >>> 8, i, 1);
    rateLimit.decide(source, "nxdomain", NOW_MS + i / 1000);
  }
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1024 * 1024);
  const taken = decisions(rateLimit, 1000, { atMs: NOW_MS + 1000 });
  expect(sent(taken)).toBe(PER_SECOND);
});

test("a network that uses its share is not forgotten for others that ask once", () => {
  const rateLimit = limit();
  decisions(rateLimit, 50);
  for (let i = 0; i < 500_000; i++) {
    rateLimit.decide(Uint8Array.of(10 + (i >>> 16), i >>> 8, i, 1), "nxdomain", NOW_MS);
  }
  expect(sent(decisions(rateLimit, 50))).toBe(0);
});

test("networks are found again whatever the seed", () => {
  for (const seed of [0, 1, 0x7fff_ffff, 0xffff_ffff]) {
    expect(sent(decisions(limit(PER_SECOND, seed), 50))).toBe(PER_SECOND);
  }
});

test.for([
  { name: "127.0.0.1", source: Uint8Array.of(127, 0, 0, 1), isOurs: true },
  { name: "127.255.0.9", source: Uint8Array.of(127, 255, 0, 9), isOurs: true },
  { name: "128.0.0.1", source: Uint8Array.of(128, 0, 0, 1), isOurs: false },
  { name: "::1", source: ipv6("00000000000000000000000000000001"), isOurs: true },
  { name: "::2", source: ipv6("00000000000000000000000000000002"), isOurs: false },
  { name: "1::1", source: ipv6("00010000000000000000000000000001"), isOurs: false },
  { name: "7f00::1", source: ipv6("7f000000000000000000000000000001"), isOurs: false },
])("this machine itself is limited only if that is asked for: $name", ({ source, isOurs }) => {
  const exempting = new RateLimit({
    perSecond: PER_SECOND,
    coversLoopback: false,
    seed: 1,
    memory: createRateLimitMemory(1),
    thread: 0,
  });
  expect(sent(decisions(exempting, 50, { source }))).toBe(isOurs ? 50 : PER_SECOND);
  expect(sent(decisions(limit(), 50, { source }))).toBe(PER_SECOND);
});

test("each decision is counted", () => {
  const rateLimit = limit(1);
  decisions(rateLimit, 5, { kind: "error" });
  decisions(rateLimit, 7, { kind: "nodata" });
  expect(rateLimit.counts).toEqual({
    data: { send: 0, truncate: 0, drop: 0 },
    nodata: { send: 5, truncate: 2, drop: 0 },
    nxdomain: { send: 0, truncate: 0, drop: 0 },
    error: { send: 1, truncate: 2, drop: 2 },
  });
});

test("what was limited is told once", () => {
  const rateLimit = limit(1);
  const newlyLimited = limitedSinceLastTime(rateLimit);
  expect(newlyLimited()).toBeUndefined();
  decisions(rateLimit, 5, { kind: "error" });
  decisions(rateLimit, 7, { kind: "nodata" });
  expect(newlyLimited()).toEqual({ truncated: 4, dropped: 2 });
  expect(newlyLimited()).toBeUndefined();
});
