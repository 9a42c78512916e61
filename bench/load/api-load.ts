// The process that uses the API: registers delegates, then does what each message says.
import { digests } from "../data.ts";
import { HttpClient, type HttpResult, httpLoad, post } from "./http-load.ts";

export interface ApiBurst {
  readonly kind: "update" | "register";
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Over all connections; undefined: as many as can be. */
  readonly perSecond?: number;
}

const DELEGATES = 200;

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
    return httpLoad({ ...load, port, status: 201, next: () => post("/register", [], "") });
  }
  const known = delegates.get(port) ?? (await register(port));
  delegates.set(port, known);
  return httpLoad({ ...load, port, status: 200, next: () => nextUpdate(known) });
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
