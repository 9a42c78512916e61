import { describe, expect, test } from "vitest";
import { type NotReached, type Reached, reachedBy } from "../../../src/portal/sign-in/reached.ts";

interface Request {
  readonly host?: string | readonly string[];
  readonly proto?: readonly string[];
  readonly forwardedHost?: readonly string[];
  readonly isProxied?: boolean;
  readonly insecure?: boolean;
}

function reached({
  host = "portal.example",
  proto,
  forwardedHost,
  isProxied = false,
  insecure = false,
}: Request): Reached | NotReached {
  const hosts = typeof host === "string" ? [host] : [...host];
  const headersDistinct = {
    ...(hosts.length > 0 && { host: hosts }),
    ...(proto && { "x-forwarded-proto": [...proto] }),
    ...(forwardedHost && { "x-forwarded-host": [...forwardedHost] }),
  };
  return reachedBy({ headersDistinct }, { isProxied, insecure });
}

const SECURE = {
  name: "__Host-dnsvouch",
  attributes: "Path=/; HttpOnly; Secure; SameSite=Strict",
};

describe("this machine itself", () => {
  test.for([
    { host: "localhost", origin: "http://localhost" },
    { host: "LocalHost:8081", origin: "http://localhost:8081" },
    { host: "localhost:80", origin: "http://localhost" },
    { host: "portal.localhost:8081", origin: "http://portal.localhost:8081" },
    { host: "127.0.0.1:8081", origin: "http://127.0.0.1:8081" },
    { host: "127.255.0.9", origin: "http://127.255.0.9" },
    { host: "[::1]:8081", origin: "http://[::1]:8081" },
    { host: "[0:0:0:0:0:0:0:1]", origin: "http://[::1]" },
  ])("$host", ({ host, origin }) => {
    expect(reached({ host })).toEqual({ origin, isSecure: true, cookie: SECURE });
  });

  test.for([
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "evil-localhost",
    "evillocalhost",
    ".localhost",
    "localhost.",
    "127.0.0.1.nip.io",
    "128.0.0.1",
    "0.0.0.0",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::2]",
    "127-0-0-1.example",
  ])("%s is not", (host) => {
    expect(reached({ host })).toHaveProperty("refusal");
  });
});

describe("a Host that is none is refused, also where plain http is allowed", () => {
  test.for<{ host: string | readonly string[] }>([
    { host: [] },
    { host: ["localhost", "localhost"] },
    { host: ["localhost", "evil.com"] },
    { host: "" },
    { host: "evil.com@localhost" },
    { host: "localhost@evil.com" },
    { host: "localhost#@evil.com" },
    { host: "localhost/evil.com" },
    { host: "localhost\\evil.com" },
    { host: "localhost, evil.com" },
    { host: "localhost evil.com" },
    { host: "localhost:" },
    { host: "localhost:99999" },
    { host: "localhost:80:80" },
    { host: "local%68ost" },
    { host: "ｌocalhost" },
    { host: "[::1" },
    { host: "[::1]evil.com" },
    { host: "[::1%25eth0]" },
    { host: "[:::1]" },
    { host: "a".repeat(254) },
  ])("$host", ({ host }) => {
    const refusal = expect.stringContaining("header Host");
    expect(reached({ host, insecure: true })).toEqual({ refusal });
  });
});

describe("https", () => {
  test.for<Request & { origin: string }>([
    { proto: ["https"], origin: "https://portal.example" },
    { proto: ["HTTPS"], origin: "https://portal.example" },
    { host: "Portal.Example:443", proto: ["https"], origin: "https://portal.example" },
    { host: "portal.example:8443", proto: ["https"], origin: "https://portal.example:8443" },
    { proto: ["http, https"], origin: "https://portal.example" },
    { proto: ["http", "https"], origin: "https://portal.example" },
    {
      host: "127.0.0.1:8081",
      forwardedHost: ["portal.example"],
      proto: ["https"],
      origin: "https://portal.example",
    },
    {
      forwardedHost: ["forged.example, other.example"],
      proto: ["https"],
      origin: "https://other.example",
    },
  ])("by the word of a trusted proxy: $origin for $proto, $forwardedHost", (request) => {
    const { origin } = request;
    expect(reached({ ...request, isProxied: true })).toEqual({
      origin,
      isSecure: true,
      cookie: SECURE,
    });
  });

  test.for<Request>([
    { proto: ["https"] },
    { proto: ["https"], forwardedHost: ["localhost"] },
    { forwardedHost: ["localhost:8081"] },
  ])("a stranger can say nothing of it: $proto, $forwardedHost", (request) => {
    expect(reached(request)).toHaveProperty("refusal");
  });

  test.for<Request>([
    {},
    { proto: ["http"] },
    { proto: [""] },
    { proto: ["https,"] },
    { proto: ["https, http"] },
    { proto: ["https", "http"] },
    { proto: ["httpss"] },
    { proto: ["https"], forwardedHost: ["evil.com@portal.example"] },
    { proto: ["https"], forwardedHost: [""] },
  ])("a proxy that does not say it: $proto, $forwardedHost", (request) => {
    expect(reached({ ...request, isProxied: true })).toHaveProperty("refusal");
  });
});

describe("plain http from elsewhere", () => {
  test("is refused with the reason and what to do", () => {
    const refusal = "refusal" in reached({}) ? Object.values(reached({})).join() : "";
    for (const part of ["http://portal.example", "https", "ssh -L", "portal.insecure = true"]) {
      expect(refusal).toContain(part);
    }
  });

  test("is taken where that was asked for, with a cookie that browsers take there", () => {
    expect(reached({ host: "192.0.2.1:8081", insecure: true })).toEqual({
      origin: "http://192.0.2.1:8081",
      isSecure: false,
      cookie: { name: "dnsvouch", attributes: "Path=/; HttpOnly; SameSite=Strict" },
    });
  });

  test("has the strict cookie where it is secure all the same", () => {
    expect(reached({ host: "localhost", insecure: true })).toMatchObject({ cookie: SECURE });
    const proxied = { isProxied: true, proto: ["https"], insecure: true };
    expect(reached(proxied)).toMatchObject({ cookie: SECURE });
  });
});
