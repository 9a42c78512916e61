import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ApiParts } from "./api-parts.ts";
import { cors } from "./cors.ts";
import { answerFault } from "./error-response.ts";
import { fixedHeaders } from "./fixed-headers.ts";
import { health } from "./health.ts";
import { register } from "./register.ts";
import { sendEmpty, sendJson } from "./response.ts";
import { answerTlsAsk, isTlsAsk, TLS_ASK_REFUSED } from "./tls-ask.ts";
import { update } from "./update.ts";

/**
 * The requests that clients and monitors send all day, without express in front: it costs more than all
 * the rest of an update. Any other spelling of them, and everything else, is for `others`; what is answered is
 * the same, header by header, since the handlers are.
 */
export function plainRoutes(parts: ApiParts, others: RequestListener): RequestListener {
  const headers = fixedHeaders();
  const applyCors = cors(parts.options.corsOrigins);
  const handlers = new Map<string, (req: IncomingMessage, res: ServerResponse) => Promise<void>>([
    ["POST /register", (req, res) => register(parts, req, res)],
    ["POST /update", (req, res) => update(parts, false, req, res)],
    ["GET /health", async (req, res) => health(req, res)],
  ]);
  const tlsAsk = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if ((await answerTlsAsk(parts, req)) === 200) sendEmpty(res);
    else sendJson(res, 403, TLS_ASK_REFUSED);
  };
  return (req, res) => {
    const { method = "", url: route = "" } = req;
    const isAsk = method === "GET" && isTlsAsk(route);
    const handler = isAsk ? tlsAsk : handlers.get(`${method} ${route}`);
    if (handler === undefined) return others(req, res);
    for (const [name, value] of headers) res.setHeader(name, value);
    // What v1 says is for no page of another origin.
    if (!isAsk) applyCors(req, res, () => {});
    handler(req, res).catch((error: unknown) => {
      // A path of tls-ask may have a token in it.
      answerFault(error, { method, route: isAsk ? "/tls-ask" : route }, res, parts.log);
    });
  };
}
