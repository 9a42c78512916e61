import { afterEach, expect, test } from "vitest";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";
import { credentialHeaders, expectRefusal, post, publishedTexts, updateBody } from "./requests.ts";

const PROXIES = "DNSVOUCH_API_TRUSTED_PROXIES";

let server: ServerUnderTest;

afterEach(() => server.remove());

function updateWith(delegate: Delegate, headers: readonly string[], from = "127.0.0.1") {
  const sent = [...credentialHeaders(delegate), ...headers];
  return post(server, "/update", sent, updateBody(delegate, digest(1)), from);
}

test("without trusted proxies no header says where a request comes from", async () => {
  server = await startServerUnderTest();
  const restricted = await register(server.url, ["198.51.100.0/24"]);
  for (const header of ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Client-Ip"]) {
    const refused = await updateWith(restricted, [`${header}: 198.51.100.7`]);
    expectRefusal(refused, 401, "forbidden");
  }
  const local = await register(server.url, ["127.0.0.1/32"]);
  expect((await updateWith(local, ["X-Forwarded-For: 198.51.100.7"])).status).toBe(200);
});

test("with acme-dns's use_header alone, what is nearby counts as a proxy, and forging does not help", async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_USE_HEADER: "true" });
  const restricted = await register(server.url, ["198.51.100.0/24"]);
  const forged = "X-Forwarded-For: 198.51.100.7, 203.0.113.9";
  expectRefusal(await updateWith(restricted, [forged], "127.0.0.9"), 401, "forbidden");
  const client = "X-Forwarded-For: 198.51.100.7";
  expect((await updateWith(restricted, [client], "127.0.0.9")).status).toBe(200);
});

/** What a client behind the proxy 127.0.0.2 can make of its own header, and whether it is let in. */
const SPOOFS: readonly { name: string; headers: readonly string[]; isAllowed: boolean }[] = [
  { name: "the client by the proxy", headers: ["198.51.100.7"], isAllowed: true },
  { name: "another client by the proxy", headers: ["203.0.113.9"], isAllowed: false },
  { name: "a forged entry in front", headers: ["198.51.100.7, 203.0.113.9"], isAllowed: false },
  {
    name: "a forged line in front",
    headers: ["198.51.100.7", "203.0.113.9"],
    isAllowed: false,
  },
  {
    name: "a forged entry in front of a second proxy",
    headers: ["198.51.100.7, 203.0.113.9, 127.0.0.2"],
    isAllowed: false,
  },
  { name: "a second proxy behind", headers: ["9.9.9.9, 198.51.100.7, 127.0.0.2"], isAllowed: true },
  { name: "what is no address at the end", headers: ["198.51.100.7, unknown"], isAllowed: false },
  { name: "an empty last entry", headers: ["198.51.100.7,"], isAllowed: false },
  { name: "nothing", headers: [""], isAllowed: false },
  { name: "no header", headers: [], isAllowed: false },
  { name: "33 entries", headers: [Array(33).fill("198.51.100.7").join()], isAllowed: false },
  { name: "an address with a port", headers: ["198.51.100.7:4711"], isAllowed: true },
  { name: "a mapped address", headers: ["::ffff:198.51.100.7"], isAllowed: true },
  { name: "a mapped address in brackets", headers: ["[::ffff:198.51.100.7]:1"], isAllowed: true },
  { name: "leading zeros", headers: ["198.051.100.007"], isAllowed: false },
  { name: "a network", headers: ["198.51.100.7/32"], isAllowed: false },
  { name: "a zone id", headers: ["::ffff:198.51.100.7%eth0"], isAllowed: false },
  { name: "quotes", headers: ['"198.51.100.7"'], isAllowed: false },
  { name: "other letters", headers: ["198.51.100.7\u00a0"], isAllowed: false },
];

test.for(SPOOFS)("behind a trusted proxy: $name", async ({ headers, isAllowed }) => {
  server = await startServerUnderTest({ [PROXIES]: "127.0.0.2" });
  const restricted = await register(server.url, ["198.51.100.0/24"]);
  const lines = headers.map((value) => `X-Forwarded-For: ${value}`);
  const response = await updateWith(restricted, lines, "127.0.0.2");
  if (isAllowed) expect(response.status).toBe(200);
  else expectRefusal(response, 401, "forbidden");
  expect(await publishedTexts(server, restricted)).toEqual(isAllowed ? [digest(1)] : []);
  // Whoever is not that proxy cannot make anybody believe anything.
  expectRefusal(await updateWith(restricted, lines, "127.0.0.3"), 401, "forbidden");
});

test("the proxy itself is not its client, though its own address is allowed", async () => {
  server = await startServerUnderTest({ [PROXIES]: "127.0.0.2" });
  const local = await register(server.url, ["127.0.0.2/32"]);
  expectRefusal(await updateWith(local, [], "127.0.0.2"), 401, "forbidden");
});

test("a header of another name is read where the configuration says so, and only that", async () => {
  server = await startServerUnderTest({
    [PROXIES]: "127.0.0.0/29",
    DNSVOUCH_API_USE_HEADER: "true",
    DNSVOUCH_API_HEADER_NAME: "X-Real-IP",
  });
  const restricted = await register(server.url, ["198.51.100.0/24"]);
  const accepted = await updateWith(restricted, ["x-real-ip: 198.51.100.7"], "127.0.0.2");
  expect(accepted.status).toBe(200);
  const refused = await updateWith(restricted, ["X-Forwarded-For: 198.51.100.7"], "127.0.0.2");
  expectRefusal(refused, 401, "forbidden");
});

test("limits count clients behind a proxy, not the proxy", async () => {
  server = await startServerUnderTest({
    [PROXIES]: "127.0.0.2",
    DNSVOUCH_LIMITS_REGISTER_PER_SOURCE_PER_HOUR: "3",
  });
  const registerAs = async (client: string) => {
    const header = `X-Forwarded-For: ${client}`;
    return (await post(server, "/register", [header], "", "127.0.0.2")).status;
  };
  for (let i = 0; i < 3; i++) expect(await registerAs("198.51.100.7")).toBe(201);
  expect(await registerAs("198.51.100.7")).toBe(429);
  expect(await registerAs(`198.51.100.9, 198.51.100.7`)).toBe(429);
  expect(await registerAs("198.51.100.8")).toBe(201);
  // One network of IPv6 is one source.
  for (let i = 1; i <= 3; i++) expect(await registerAs(`2001:db8:0:1::${i}`)).toBe(201);
  expect(await registerAs("2001:db8:0:1:ffff::9")).toBe(429);
  expect(await registerAs("2001:db8:0:2::1")).toBe(201);
});
