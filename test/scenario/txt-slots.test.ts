import { afterEach, expect, test } from "vitest";
import { type Delegate, digest, register, update } from "../support/api-client.ts";
import { askUdp } from "../support/dns-client.ts";
import { exchange } from "../support/dns-exchange.ts";
import { query } from "../support/query.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

let server: ServerUnderTest;

afterEach(() => server.remove());

const start = async (slots: number, domain = "auth.example.org"): Promise<Delegate> => {
  server = await startServerUnderTest({
    DNSVOUCH_DNS_TXT_SLOTS: `${slots}`,
    DNSVOUCH_DOMAIN: domain,
  });
  return register(server.url);
};

const publish = async (delegate: Delegate, numbers: readonly number[]): Promise<void> => {
  for (const number of numbers) await update(server.url, delegate, digest(number));
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

async function values(
  { fulldomain }: Delegate,
  transport: "udp" | "tcp" = "tcp",
): Promise<{ readonly flags: string; readonly texts: readonly string[] }> {
  const options = { edns: { size: 4096 } };
  const { flags, answer } = await exchange(
    server.dnsPort,
    transport,
    `${fulldomain}. TXT`,
    options,
  );
  return { flags, texts: answer.map((line) => line.split('"')[1] ?? "") };
}

test.for([
  { slots: 2, updates: [1, 2, 2], published: [2] },
  { slots: 2, updates: [1, 2, 1], published: [2, 1] },
  { slots: 3, updates: [1, 2, 3, 3, 3, 3], published: [1, 2, 3] },
  { slots: 3, updates: [1, 2, 3, 1], published: [2, 3, 1] },
  { slots: 5, updates: [1, 2, 3, 4, 5, 6, 5], published: [2, 3, 4, 6, 5] },
])(
  "with $slots slots $updates leave $published, the oldest first, also after a restart",
  async ({ slots, updates, published }) => {
    const delegate = await start(slots);
    await publish(delegate, updates);
    expect((await values(delegate)).texts).toEqual(published.map(digest));
    server = await server.restart();
    expect((await values(delegate)).texts).toEqual(published.map(digest));
  },
);

test("ten values come over UDP, and twenty by TCP: a response is never ten times as long as its query", async () => {
  const delegate = await start(20);
  await publish(delegate, upTo(10));
  const ten = await values(delegate, "udp");
  expect(ten.flags).not.toContain("tc");
  expect(ten.texts).toEqual(upTo(10).map(digest));
  await publish(delegate, upTo(25));
  const all = upTo(25).slice(-20).map(digest);
  expect((await values(delegate)).texts).toEqual(all);
  expect(await values(delegate, "udp")).toEqual({ flags: "qr aa tc", texts: [] });
});

test("no response over UDP is longer than 1232 octets, whatever a requestor takes", async () => {
  const domain = `${["a", "b", "c"].map((letter) => letter.repeat(60)).join(".")}.example`;
  const delegate = await start(20, domain);
  // A long name makes a long query, of which ten times would be more.
  for (const number of upTo(20)) {
    await publish(delegate, [number]);
    const asked = query(`${delegate.fulldomain}. TXT`, { edns: { size: 4096 } });
    expect((await askUdp(server.dnsPort, asked)).length).toBeLessThanOrEqual(1232);
  }
  expect((await values(delegate, "udp")).flags).toContain("tc");
  expect((await values(delegate)).texts).toEqual(upTo(20).map(digest));
});

test("twenty-one slots are refused, and so are none", async () => {
  const delegate = await start(20);
  expect(delegate.subdomain).toHaveLength(36);
  for (const slots of ["0", "21"]) {
    await expect(startServerUnderTest({ DNSVOUCH_DNS_TXT_SLOTS: slots })).rejects.toThrow(
      "a whole number from 1 to 20",
    );
  }
});
