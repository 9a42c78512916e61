import type { IncomingMessage, ServerResponse } from "node:http";
import { type SealingKey, seal, unseal } from "../../delegate/sealing.ts";
import { canonicalUsername } from "../../delegate/username.ts";
import type { Namespace } from "../../store/client-storage.ts";
import type { ApiParts } from "../api-parts.ts";
import { countFailure } from "../count-refusal.ts";
import { refuse } from "../error-response.ts";
import { parseJsonObject } from "../json-object.ts";
import { readBody } from "../request-body.ts";
import type { RequestSource } from "../request-source.ts";
import { sendJson } from "../response.ts";
import { namespaceOf, readStorageRequest } from "./storage-request.ts";
import { parseAccount, parseStoredDomain, type StoredAccount } from "./stored-account.ts";

/** What the storage for lego is made of. */
export interface LegoStorage {
  readonly tokenHashes: readonly Uint8Array[];
  /** The first one seals, all of them open. */
  readonly keys: readonly [SealingKey, ...SealingKey[]];
  /** Whether resolvers see a CNAME from one name to the other; false if none of them can say. */
  isAlias(name: string, target: string): Promise<boolean>;
}

/** lego's storage protocol (ACME_DNS_STORAGE_BASE_URL, lego 4.22 and later), below this path. */
export const LEGO_STORAGE_PATH = "/api/v1/lego-storage";

/** Who asks, and for what. */
interface Asked {
  readonly namespace: Namespace;
  readonly source: RequestSource;
  readonly storage: LegoStorage;
}

/**
 * Accounts that lego keeps here instead of in a file, so that it needs none. A token sees what was stored
 * by it alone. 404 makes lego register, so only an account that is not there, or whose delegate is gone
 * for ever, gets that; 200 after a POST makes it ask for the CNAME, 201 makes it go on.
 */
export async function legoStorage(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const storage = parts.legoStorage;
  const asked = readStorageRequest(req, pathBehind(req.url ?? ""));
  if (storage === undefined || asked === undefined) return refuse(res, "not_found");
  const source = parts.sources.of(req);
  const namespace = namespaceOf(asked.token, storage.tokenHashes);
  if (namespace === undefined) return refuseToken(parts, source, res);
  const who = { namespace, source, storage };
  if (asked.domain === undefined && req.method !== "POST") return sendAll(parts, who, res);
  const domain = parseStoredDomain(asked.domain ?? "");
  if (domain === undefined) return refuse(res, "bad_domain");
  if (req.method === "POST") return put(parts, who, domain, req, res);
  return sendOne(parts, who, domain, res);
}

/** express has taken the prefix from `url`, and matched it in any case. */
function pathBehind(url: string): string {
  return url.split("?")[0] ?? "";
}

function refuseToken(parts: ApiParts, source: RequestSource, res: ServerResponse): void {
  const waitMs = parts.limits.takeFailure(source.key, parts.clock());
  countFailure(parts.counters, "token_required");
  parts.refusals.record(source.key, {
    timeMs: parts.clock(),
    action: "storage.get",
    result: "token_required",
    origin: source.origin,
  });
  if (waitMs > 0) refuse(res, "too_many_requests", waitMs);
  else refuse(res, "storage_token_required");
}

async function sendAll(parts: ApiParts, asked: Asked, res: ServerResponse): Promise<void> {
  const entries = await parts.store.clientStorage.list(asked.namespace);
  const accounts = entries.map(({ name, sealed }) => [name, opened(asked, name, sealed)]);
  await record(parts, asked, "storage.get", "all domains");
  sendJson(res, 200, JSON.stringify(Object.fromEntries(accounts)));
}

async function sendOne(
  parts: ApiParts,
  asked: Asked,
  domain: string,
  res: ServerResponse,
): Promise<void> {
  const sealed = await parts.store.clientStorage.find(asked.namespace, domain);
  const account = sealed && opened(asked, domain, sealed);
  if (account === undefined || (await isGone(parts, account))) return refuse(res, "not_found");
  await record(parts, asked, "storage.get", domain);
  sendJson(res, 200, JSON.stringify(account));
}

async function put(
  parts: ApiParts,
  asked: Asked,
  domain: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readBody(req, res, parts.options.bodyOctets);
  if (body === undefined) return;
  const account = parseAccount(parseJsonObject(body));
  if (account === undefined) return refuse(res, "bad_account");
  const { namespace, source, storage } = asked;
  const [key] = storage.keys;
  const context = contextOf(namespace, domain);
  const outcome = await parts.store.clientStorage.put({
    namespace,
    name: domain,
    sealed: seal(key, JSON.stringify(account), context, parts.randomOctets),
    timeMs: parts.clock(),
    origin: source.origin,
    detail: detailOf(namespace, domain),
  });
  if (outcome === "full") return refuse(res, "too_many_accounts");
  const target = account.fulldomain.replace(/\.$/, "").toLowerCase();
  const isReady = await storage.isAlias(`_acme-challenge.${domain}`, target);
  sendJson(res, isReady ? 201 : 200, `{"cname": ${isReady}}`);
}

/** Throws if it cannot be opened: the key file is another one, or somebody has changed the database. */
function opened({ namespace, storage }: Asked, domain: string, sealed: Uint8Array): StoredAccount {
  const text = unseal(storage.keys, sealed, contextOf(namespace, domain));
  if (text !== undefined) return JSON.parse(text);
  throw new Error(
    `the account stored for ${domain} cannot be opened: lego_storage.key_file has no key it was sealed with; add that key as a further line`,
  );
}

/** What an account is bound to: whose it is, and what it is for. */
function contextOf(namespace: Namespace, domain: string): Uint8Array {
  return Buffer.concat([namespace, Buffer.from(domain)]);
}

/** Whether its delegate was deleted, or is unknown here: no update of it will ever succeed. */
async function isGone({ zones, store }: ApiParts, account: StoredAccount): Promise<boolean> {
  const { fulldomain } = account;
  const zone = fulldomain.slice(fulldomain.indexOf(".") + 1).toLowerCase();
  if (!zones.isServed(zone)) return false;
  const username = canonicalUsername(account.username);
  return username === undefined || (await store.findCredential(username)) === undefined;
}

async function record(
  { store, clock }: ApiParts,
  { namespace, source }: Asked,
  action: "storage.get",
  what: string,
): Promise<void> {
  await store.recordAct({
    timeMs: clock(),
    action,
    result: "accepted",
    origin: source.origin,
    detail: detailOf(namespace, what),
  });
}

const SHOWN_OCTETS = 4;

/** Enough of the hash to tell namespaces apart, and nothing of the token. */
function detailOf(namespace: Namespace, what: string): string {
  const shown = Buffer.from(namespace.subarray(0, SHOWN_OCTETS)).toString("hex");
  return `token ${shown}: ${what}`;
}
