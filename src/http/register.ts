import type { IncomingMessage, ServerResponse } from "node:http";
import { canonicalUsername } from "../delegate/username.ts";
import type { ApiParts } from "./api-parts.ts";
import type { Refusal } from "./error-response.ts";
import { type JsonMembers, parseJsonObject } from "./json-object.ts";
import { answerRegistration, type Registered, type Wish } from "./registration.ts";
import { requestedAllowFrom } from "./requested-allow-from.ts";

/**
 * POST /register, as acme-dns has it.
 *
 * @param pathToken the path segment in front of /register, if it has the form of a token.
 */
export async function register(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  pathToken?: string,
): Promise<void> {
  const zone = parts.zones.registrationZone;
  const kind = {
    zone,
    wishOf: (body: Buffer): Wish | Refusal => wishOf(parseJsonObject(body)),
    answer,
  };
  return answerRegistration(parts, req, res, kind, pathToken);
}

function wishOf(members: JsonMembers | undefined): Wish | Refusal {
  if (members === undefined) return "malformed_json_payload";
  const username = members.get("username") ?? undefined;
  // acme-dns reads the body into an account, whose user name is a UUID; it is then not used.
  if (username !== undefined && canonicalUsername(username) === undefined) {
    return "malformed_json_payload";
  }
  const allowFrom = requestedAllowFrom(members.get("allowfrom"));
  return typeof allowFrom === "string" ? allowFrom : { allowFrom };
}

/** One line, five keys in this order, no escapes: acme.sh reads it with sed, others stumble over more keys. */
function answer({ zone, username, key, subdomain, allowFrom }: Registered): string {
  return `{"username":"${username}","password":"${key}","fulldomain":"${subdomain}.${zone}","subdomain":"${subdomain}","allowfrom":${JSON.stringify(allowFrom.entries)}}`;
}
