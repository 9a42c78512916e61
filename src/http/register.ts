import type { IncomingMessage, ServerResponse } from "node:http";
import { type AllowFrom, parseAllowFrom } from "../delegate/allow-from.ts";
import { type ApiKey, generateApiKey, hashApiKey } from "../delegate/credential.ts";
import { canonicalUsername } from "../delegate/username.ts";
import type { ApiParts } from "./api-parts.ts";
import { type Refusal, refuse } from "./error-response.ts";
import { type JsonMembers, parseJsonObject } from "./json-object.ts";
import { readBody } from "./request-body.ts";
import { sendJson } from "./response.ts";

/** Two random UUIDs that exist already would be a broken generator: give up rather than go on for ever. */
const ATTEMPTS = 3;

interface Registered {
  readonly username: string;
  readonly key: ApiKey;
  readonly subdomain: string;
}

/** POST /register: a new delegate and its credential; 201 once it exists in DNS and on the disk. */
export async function register(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (parts.options.registration === "closed") return refuse(res, "registration_disabled");
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const allowFrom = requestedAllowFrom(parseJsonObject(body));
  if (typeof allowFrom === "string") return refuse(res, allowFrom);
  const registered = await createDelegate(parts, allowFrom);
  const { registrationZone } = parts.zones;
  const published = { subdomain: registered.subdomain, digests: [], sequence: 0 };
  parts.zones.publish(registrationZone, published);
  sendJson(res, 201, registeredBody(registrationZone, registered, allowFrom));
}

/** The allowfrom of a request body. Never ignored when it is there: that would open the delegate to the world. */
function requestedAllowFrom(members: JsonMembers | undefined): AllowFrom | Refusal {
  if (members === undefined) return "malformed_json_payload";
  const username = members.get("username") ?? undefined;
  // acme-dns reads the body into an account, whose user name is a UUID; it is then not used.
  if (username !== undefined && canonicalUsername(username) === undefined) {
    return "malformed_json_payload";
  }
  const list = members.get("allowfrom") ?? [];
  if (!Array.isArray(list)) return "malformed_json_payload";
  const entries: string[] = [];
  for (const entry of list) {
    // Go reads null as an empty text, which is then no network.
    if (entry !== null && typeof entry !== "string") return "malformed_json_payload";
    entries.push(entry ?? "");
  }
  return parseAllowFrom(entries) ?? "invalid_allowfrom_cidr";
}

async function createDelegate(parts: ApiParts, allowFrom: AllowFrom): Promise<Registered> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const username = parts.newUuid();
    const subdomain = parts.newUuid();
    const key = generateApiKey(parts.randomOctets);
    const outcome = await parts.store.createDelegate({
      zone: parts.zones.registrationZone,
      subdomain,
      allowFrom,
      username,
      keyHash: hashApiKey(key),
      createdMs: parts.clock(),
    });
    if (outcome === "created") return { username, key, subdomain };
  }
  throw new Error("random names that are taken already: the random number generator is broken");
}

/** One line, five keys in this order, no escapes: acme.sh reads it with sed, others stumble over more keys. */
function registeredBody(zone: string, registered: Registered, allowFrom: AllowFrom): string {
  const { username, key, subdomain } = registered;
  return `{"username":"${username}","password":"${key}","fulldomain":"${subdomain}.${zone}","subdomain":"${subdomain}","allowfrom":${JSON.stringify(allowFrom.entries)}}`;
}
