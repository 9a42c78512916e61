// The process that uses the API: registers delegates, then does what each message says.
import { username } from "../acme-dns-database.ts";
import { digests } from "../data.ts";
import { HttpClient, type HttpResult, httpLoad, post } from "./http-load.ts";

export interface ApiBurst {
  /** Wrong keys are those of delegates that were registered, or of the accounts of acme-dns-database.ts. */
  readonly kind: "update" | "register" | "wrong-key" | "wrong-imported-key";
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Over all connections; undefined: as many as can be. */
  readonly perSecond?: number;
}

const DELEGATES = 200;
/** Accounts whose user names are tried: as many as every server of the sections has at least. */
const IMPORTED = 10_000;

interface Registered {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
}

const delegates = new Map<number, readonly Registered[]>();
let updates = 0;

process.on("message", async (burst: ApiBurst) => process.send?.(await run(burst)));

async function run({ kind, port, ...load }: ApiBurst): Promise<HttpResult> {
  if (kind === "register") {
    return httpLoad({ ...load, port, statuses: [201], next: () => post("/register", [], "") });
  }
  if (kind === "wrong-imported-key") {
    const next = (): Buffer => withWrongKey(username(++updates % IMPORTED));
    // 503: so many wait to be looked at that no more can.
    return httpLoad({ ...load, port, statuses: [401, 503], next });
  }
  const known = delegates.get(port) ?? (await register(port));
  delegates.set(port, known);
  if (kind === "wrong-key") {
    const next = (): Buffer => withWrongKey(known[++updates % known.length]?.username ?? "");
    return httpLoad({ ...load, port, statuses: [401], next });
  }
  return httpLoad({ ...load, port, statuses: [200], next: () => nextUpdate(known) });
}

function withWrongKey(user: string): Buffer {
  const body = JSON.stringify({ subdomain: user, txt: digests(1)[0] });
  return post("/update", [`X-Api-User: ${user}`, `X-Api-Key: ${"w".repeat(40)}`], body);
}

function nextUpdate(known: readonly Registered[]): Buffer {
  updates++;
  const delegate = known[updates % known.length];
  if (delegate === undefined) throw new Error("there are no delegates");
  const { username, password, subdomain } = delegate;
  const body = JSON.stringify({ subdomain, txt: digests(updates)[0] });
  return post("/update", [`X-Api-User: ${username}`, `X-Api-Key: ${password}`], body);
}

async function register(port: number): Promise<Registered[]> {
  const client = new HttpClient(port);
  const registered: Registered[] = [];
  while (registered.length < DELEGATES) {
    const status = await client.send(post("/register", [], ""));
    if (status !== 201) throw new Error(`register: ${status}`);
    registered.push(JSON.parse(client.body));
  }
  client.close();
  return registered;
}
