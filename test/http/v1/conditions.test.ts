import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerUnderTest, startServerUnderTest } from "../../support/server-under-test.ts";
import { newToken, type Reply, type V1Client, v1Client } from "./v1-client.ts";

let server: ServerUnderTest;
let call: V1Client;

beforeAll(async () => {
  server = await startServerUnderTest();
  call = v1Client(server.url, await newToken(server.folder, "admin"));
});
afterAll(() => server.remove());

const newDelegate = async (): Promise<string> =>
  `/delegates/${(await call("POST", "/delegates", {})).body.id}`;

let names = 0;
async function newHostname(): Promise<string> {
  const delegate = await newDelegate();
  const name = `n${names++}.example.org`;
  return `${delegate}/hostnames/${(await call("POST", `${delegate}/hostnames`, { name })).body.id}`;
}

const THINGS = [
  { name: "a delegate", make: newDelegate },
  { name: "a host name", make: newHostname },
];

/** Each in a connection of its own, so that they are under way together. */
const together = (count: number, send: (i: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => send(i)));

const statuses = (replies: readonly Reply[]): number[] =>
  replies.map(({ status }) => status).toSorted();

const FIELDS = ["tenant", "contact", "txt_slots", "labels", "allowfrom"] as const;
const VALUES: Record<(typeof FIELDS)[number], (i: number) => unknown> = {
  tenant: (i) => `t${i}`,
  contact: (i) => `c${i}`,
  txt_slots: (i) => i + 3,
  labels: (i) => ({ env: `e${i}` }),
  allowfrom: (i) => [`192.0.2.${i}/32`],
};

test.for(FIELDS)("two who saw the same delegate do not both change its %s", async (field) => {
  const path = await newDelegate();
  const headers = { "If-Match": (await call("GET", path)).headers.get("etag") ?? "" };
  const change = (i: number) => call("PATCH", path, { [field]: VALUES[field](i) }, headers);
  expect(statuses(await together(2, change))).toEqual([200, 412]);
});

test.for(THINGS)(
  "of those who delete $name and change it, the first is right",
  async ({ make }) => {
    const path = await make();
    const headers = { "If-Match": (await call("GET", path)).headers.get("etag") ?? "" };
    const [changed, ...deleted] = await together(2, (i) =>
      i === 0
        ? call("PATCH", path, { tenant: "new" }, headers)
        : call("DELETE", path, undefined, headers),
    );
    // Which of the two came first, the network decides.
    expect([
      [200, 412],
      [404, 204],
      [409, 204],
      [412, 204],
    ]).toContainEqual([changed?.status, deleted[0]?.status]);
  },
);

test.for(THINGS)("whoever takes $name as it is has changed it if told so", async ({ make }) => {
  const path = await make();
  const headers = { "If-Match": "*" };
  const change = (i: number) => call("PATCH", path, { labels: { [`k${i}`]: "v" } }, headers);
  expect(statuses(await together(8, change))).toEqual(Array(8).fill(200));
  expect(Object.keys((await call("GET", path)).body.labels)).toHaveLength(8);
  const [, gone] = await together(2, (i) =>
    i === 0
      ? call("PATCH", path, { tenant: "new" }, headers)
      : call("DELETE", path, undefined, headers),
  );
  expect(gone?.status).toBe(204);
  expect(["deleted", undefined]).toContain((await call("GET", path)).body.state);
});

test("If-Match holds for locking, unlocking and restoring", async () => {
  const path = await newDelegate();
  const etagNow = async (): Promise<string> =>
    (await call("GET", path)).headers.get("etag") ?? "none";
  const act = async (verb: string, etag: string): Promise<number> =>
    (await call("POST", `${path}/${verb}`, undefined, { "If-Match": etag })).status;
  const old = await etagNow();
  await call("PATCH", path, { tenant: "x" });
  expect(await act("lock", old)).toBe(412);
  expect(await act("lock", await etagNow())).toBe(200);
  expect(await act("unlock", old)).toBe(412);
  const locked = await call("GET", path);
  expect(locked.body.state).toBe("locked");
  const unlocked = await call("POST", `${path}/unlock`);
  expect(unlocked.headers.get("etag")).toBe(await etagNow());
  await call("DELETE", path);
  expect(await act("restore", old)).toBe(412);
  expect(await act("restore", await etagNow())).toBe(200);
});

test.for(THINGS)("If-None-Match keeps $name from being changed", async ({ make }) => {
  const path = await make();
  const etag = (await call("GET", path)).headers.get("etag") ?? "";
  for (const known of ["*", etag, `W/${etag}`]) {
    const headers = { "If-None-Match": known };
    expect((await call("PATCH", path, { tenant: "x" }, headers)).status).toBe(412);
    expect((await call("DELETE", path, undefined, headers)).status).toBe(412);
  }
  expect((await call("GET", path)).body.tenant).toBe("");
  const other = { "If-None-Match": '"other"' };
  expect((await call("PATCH", path, { tenant: "x" }, other)).body.tenant).toBe("x");
});
