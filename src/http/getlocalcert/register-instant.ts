import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiParts } from "../api-parts.ts";
import { type Refusal, refuse } from "../error-response.ts";
import { answerRegistration, type Registered, type Wish } from "../registration.ts";
import { requestedAllowFrom } from "../requested-allow-from.ts";
import { readFields } from "./form-body.ts";
import { COMPAT_PATH } from "./paths.ts";
import { publicUrl } from "./public-url.ts";

/** What getlocalcert reads of a request to register. */
interface InstantWish extends Wish {
  /** The answer is a map by domain, as lego stores it. */
  readonly isForLego: boolean;
}

/**
 * POST /api/v1/register: an instant name with its credential, in a zone of instant names alone. 404 where
 * there is none.
 *
 * @param pathToken the path segment in front of the endpoint, if it has the form of a token.
 */
export async function registerInstant(
  parts: ApiParts,
  req: IncomingMessage,
  res: ServerResponse,
  pathToken?: string,
): Promise<void> {
  const { instant } = parts;
  if (instant === undefined) return refuse(res, "not_found");
  const kind = {
    ...instant,
    wishOf: (body: Buffer) => wishOf(body, req),
    answer: (registered: Registered, { isForLego }: InstantWish) =>
      answer(registered, isForLego, `${publicUrl(parts, req)}${COMPAT_PATH}`),
  };
  return answerRegistration(parts, req, res, kind, pathToken);
}

async function wishOf(body: Buffer, req: IncomingMessage): Promise<InstantWish | Refusal> {
  const fields = await readFields(body, req);
  if (fields === undefined) return "bad_request";
  const format = fields.get("output_format") ?? "";
  if (format !== "" && format !== "lego") return "bad_output_format";
  const list = fields.get("allowfrom");
  const allowFrom = requestedAllowFrom(typeof list === "string" ? [list] : list);
  if (typeof allowFrom === "string") return allowFrom;
  return { allowFrom, isForLego: format === "lego" };
}

/** With spaces behind the separators, as Django writes it; clients read it with jq, and by eye. */
function answer(registered: Registered, isForLego: boolean, serverUrl: string): string {
  const { zone, username, key, subdomain, allowFrom } = registered;
  const fulldomain = `${subdomain}.${zone}`;
  const entries = allowFrom.entries.map((entry) => JSON.stringify(entry)).join(", ");
  const members = {
    username: JSON.stringify(username),
    password: JSON.stringify(key),
    fulldomain: JSON.stringify(fulldomain),
    subdomain: JSON.stringify(subdomain),
    server_url: JSON.stringify(serverUrl),
    allowfrom: `[${entries}]`,
  };
  const object = `{${Object.entries(members)
    .map(([name, text]) => `"${name}": ${text}`)
    .join(", ")}}`;
  return isForLego ? `{"${fulldomain}": ${object}}` : object;
}
