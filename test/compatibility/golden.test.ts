import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exchange, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

/** A request to acme-dns and what it answered, recorded octet by octet. */
interface GoldenCase {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly http: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly interim?: string;
  /** Where this server answers otherwise on purpose. */
  readonly ours?: {
    readonly status: number;
    readonly body?: string;
    readonly note?: string;
  };
}

interface Account {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
}

const cases: GoldenCase[] = JSON.parse(
  readFileSync(new URL("acme-dns-golden.json", import.meta.url), "utf8"),
);

let server: ServerUnderTest;
const accounts = new Map<string, Account>();

beforeAll(async () => {
  server = await startServerUnderTest({ DNSVOUCH_API_CORSORIGINS: "*" });
  accounts.set("A", await register());
  accounts.set("B", await register(["10.99.0.0/16"]));
  accounts.set("C", await register(["127.0.0.0/8"]));
});

afterAll(() => server.remove());

async function register(allowfrom?: readonly string[]): Promise<Account> {
  const body = allowfrom === undefined ? "" : JSON.stringify({ allowfrom });
  const response = await fetch(`${server.url}/register`, { method: "POST", body });
  return (await response.json()) as Account;
}

test("the recording is whole", () => {
  expect(cases).toHaveLength(90);
});

test.for(cases)("$name", async (golden) => {
  const { request } = golden;
  const { interim, final } = await exchange(server.httpPort, toOctets(request), {
    isHead: request.method === "HEAD",
  });
  if (golden.interim !== undefined) {
    expect(interim.map(({ status }) => `HTTP/1.1 ${status} Continue`)).toEqual([golden.interim]);
  } else {
    expect(interim).toEqual([]);
  }
  expectStatus(golden, final);
  expectBody(golden, final);
  expectHeaders(golden, final);
});

function toOctets(request: GoldenCase["request"]): string[] {
  const head = [
    `${request.method} ${request.path} ${request.http}`,
    ...request.headers.map(([name, value]) => `${name}: ${fill(value)}`),
  ];
  return [`${head.join("\r\n")}\r\n\r\n`, bodyOf(request)].filter((piece) => piece !== "");
}

/** The recording describes its one large body instead of holding it. */
function bodyOf(request: GoldenCase["request"]): string {
  const described = /^(\{"x":"a+)\.\.\. \(([0-9]+) bytes\)$/.exec(request.body);
  if (described === null) return fill(request.body);
  const length = Number(described[2]);
  const start = '{"x":"';
  const end = '"}';
  return start + "a".repeat(length - start.length - end.length) + end;
}

/** <A.username> and the like, by the accounts of this run: of the same length as those recorded. */
function fill(text: string): string {
  const placeholder = /<([ABC])\.(username|password|subdomain)(\|upper)?>/g;
  return text.replace(placeholder, (_all, name, field, upper) => {
    const account = accounts.get(name);
    if (account === undefined) throw new Error(`no account ${name}`);
    const value = account[field as keyof Account];
    return upper === undefined ? value : value.toUpperCase();
  });
}

function expectStatus(golden: GoldenCase, actual: RawResponse): void {
  const isPreflight = golden.name.includes("OPTIONS-preflight");
  const expected = golden.ours?.status ?? golden.status;
  expect(isPreflight ? [200, 204] : [expected]).toContain(actual.status);
}

function expectBody(golden: GoldenCase, actual: RawResponse): void {
  const { ours, request } = golden;
  if (request.method === "HEAD") {
    expect(actual.body).toBe("");
  } else if (ours?.body !== undefined) {
    expect(actual.body).toBe(ours.body);
  } else if (ours?.note?.startsWith("JSON") === true) {
    expect(actual.body).toMatch(/^\{"error": "[a-z_]+"\}$/);
  } else if (ours?.status === 201) {
    expect(actual.body).toMatch(pattern(REGISTERED));
  } else if (ours?.status === 200) {
    expect(actual.body).toBe('{"txt": "abcdefghijABCDEFGHIJ0123456789_-abcdefghijk"}');
  } else {
    expect(actual.body).toMatch(pattern(golden.body));
  }
}

const REGISTERED =
  '{"username":"<uuid4>","password":"<40 chars [A-Za-z0-9_-]>","fulldomain":"<subdomain>.auth.example.org","subdomain":"<uuid4>","allowfrom":[]}';

/** Placeholders become what they stand for, everything else stands for itself. */
function pattern(body: string): RegExp {
  const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
  const literal = body.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const text = literal
    .replaceAll("<uuid4>", uuid)
    .replaceAll("<subdomain>", uuid)
    .replaceAll("<40 chars \\[A-Za-z0-9_-\\]>", "[A-Za-z0-9_-]{40}");
  return new RegExp(`^${text}$`);
}

const COMPARED = ["Allow", "Location", "Vary"];

function expectHeaders(golden: GoldenCase, actual: RawResponse): void {
  const isJson = actual.body !== "";
  const type = actual.headers.get("content-type")?.split(";")[0];
  expect(type).toBe(isJson ? "application/json" : expectedEmptyType(golden));
  const isAnsweredOtherwise = golden.ours !== undefined && golden.ours.status !== golden.status;
  for (const [name, value] of Object.entries(golden.headers)) {
    // A redirect that is not sent has no Location.
    const isCompared = COMPARED.includes(name) || name.startsWith("Access-Control-");
    if (isCompared && !(isAnsweredOtherwise && name === "Location")) {
      expect([name, actual.headers.get(name.toLowerCase())]).toEqual([
        name,
        expectedValue(golden, name, value),
      ]);
    }
  }
}

/** HEAD is answered as GET would be, without the body. */
function expectedEmptyType(golden: GoldenCase): string | undefined {
  const isRefusedHead = golden.request.method === "HEAD" && (golden.ours?.status ?? 0) >= 400;
  return isRefusedHead ? "application/json" : undefined;
}

/** HEAD /health is answered, so nothing needs to be allowed. */
function expectedValue(golden: GoldenCase, name: string, value: string): string | undefined {
  return name === "Allow" && golden.ours?.status === 200 ? undefined : value;
}
