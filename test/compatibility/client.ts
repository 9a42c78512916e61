import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedTexts } from "../http/requests.ts";
import { type Delegate, digest, register } from "../support/api-client.ts";
import { exchange, RawConnection, type RawResponse } from "../support/raw-http.ts";
import { type ServerUnderTest, startServerUnderTest } from "../support/server-under-test.ts";

/** The segments of one request. */
export type Segments = readonly string[];

/** A client as its requests look on the wire and as it judges the answers. */
export interface Client {
  readonly name: string;
  /** Absent for one that is given its account. `read` gives what the client understands, or throws. */
  readonly register?: {
    readonly request: Segments;
    readonly read: (response: RawResponse) => Pick<Delegate, "username" | "password" | "subdomain">;
  };
  readonly update: (delegate: Delegate, txt: string) => Segments;
  /** The client's own test of the answer to an update. */
  readonly takesForSuccess: (response: RawResponse, txt: string) => boolean;
  /** False for the clients that take any answer for success. */
  readonly noticesRefusal: boolean;
  /** All requests over one connection; a connection for each otherwise. */
  readonly reusesConnection: boolean;
}

/** A request head and what follows it in the same segment. */
export function head(line: string, headers: readonly string[]): string {
  return `${[`${line} HTTP/1.1`, "Host: auth.example.org", ...headers].join("\r\n")}\r\n\r\n`;
}

/** Tests of each client: it registers if it can, updates twice, is refused, and judges each answer. */
export function describeClients(clients: readonly Client[]): void {
  let server: ServerUnderTest;
  beforeAll(async () => {
    server = await startServerUnderTest();
  });
  afterAll(() => server.remove());

  test.for(clients)("$name", async (client) => {
    const talk = await conversation(server, client);
    const delegate = await registerAs(client, server, talk.send);
    for (const txt of [digest(1), digest(2)]) {
      const response = await talk.send(client.update(delegate, txt));
      expect(response.status).toBe(200);
      expect(client.takesForSuccess(response, txt)).toBe(true);
    }
    talk.end();
    expect(await publishedTexts(server, delegate)).toEqual([digest(1), digest(2)]);
  });

  const judges = clients.filter((client) => client.noticesRefusal);
  test.for(judges)("a refusal is noticed by $name", async (client) => {
    const delegate = await register(server.url);
    const wrong = { ...delegate, password: "A".repeat(40) };
    const { final } = await exchange(server.httpPort, client.update(wrong, digest(1)));
    expect(client.takesForSuccess(final, digest(1))).toBe(false);
  });
}

interface Conversation {
  readonly send: (request: Segments) => Promise<RawResponse>;
  readonly end: () => void;
}

async function conversation(server: ServerUnderTest, client: Client): Promise<Conversation> {
  if (!client.reusesConnection) {
    const send = async (request: Segments) => (await exchange(server.httpPort, request)).final;
    return { send, end: () => {} };
  }
  const connection = await RawConnection.open(server.httpPort);
  const send = async (request: Segments) => {
    await connection.send(...request);
    return (await connection.response()).final;
  };
  return { send, end: () => connection.close() };
}

async function registerAs(
  client: Client,
  server: ServerUnderTest,
  send: Conversation["send"],
): Promise<Delegate> {
  if (client.register === undefined) return register(server.url);
  const response = await send(client.register.request);
  expect(response.status).toBe(201);
  const { username, password, subdomain } = client.register.read(response);
  expect(response.body).toBe(
    `{"username":"${username}","password":"${password}","fulldomain":"${subdomain}.auth.example.org","subdomain":"${subdomain}","allowfrom":[]}`,
  );
  const fulldomain = `${subdomain}.auth.example.org`;
  return { username, password, subdomain, fulldomain, allowfrom: [] };
}
