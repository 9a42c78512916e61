import express, { type Request, type Response } from "express";
import { StoreError } from "../../store/store.ts";
import type { ApiParts } from "../api-parts.ts";
import { readBody, type TooLong } from "../request-body.ts";
import { checkRoutes } from "./checks.ts";
import { customerLinkRoutes } from "./customer-links.ts";
import { delegateRoutes } from "./delegates.ts";
import { eventRoutes } from "./events.ts";
import { hostnameRoutes } from "./hostnames.ts";
import { once } from "./idempotency.ts";
import { keyRoutes } from "./keys.ts";
import { ProblemError } from "./problem.ts";
import { readJson, readParams, readQuery } from "./read-request.ts";
import { recheckRoutes } from "./recheck.ts";
import type { Answer, Route } from "./route.ts";
import { snippetRoutes } from "./snippets.ts";
import { statsRoutes } from "./stats.ts";
import { tlsAskRoutes } from "./tls-ask-route.ts";
import { TokenGate, tokenName } from "./token-gate.ts";
import { tokenRoutes } from "./tokens.ts";
import type { V1Parts } from "./v1-parts.ts";

/** Every operation of v1. */
export function v1Routes(api: ApiParts, parts: V1Parts): readonly Route[] {
  return [
    ...delegateRoutes(parts),
    ...keyRoutes(parts),
    ...hostnameRoutes(parts),
    ...recheckRoutes(parts),
    ...customerLinkRoutes(parts),
    ...checkRoutes(parts),
    ...snippetRoutes(parts),
    ...eventRoutes(parts),
    ...tokenRoutes(parts),
    ...statsRoutes(parts),
    ...tlsAskRoutes(api),
  ];
}

/** Answers what is below /api/v1 and of one of these routes. */
export function v1Router(api: ApiParts, routes: readonly Route[]): express.Router {
  const gate = new TokenGate(api);
  const router = express.Router({ caseSensitive: true, strict: true });
  const byPath = Map.groupBy(routes, ({ path }) => path);
  for (const [path, ofPath] of byPath) {
    const pattern = path.replaceAll(/\{([a-z]+)\}/g, ":$1");
    const allow = ofPath.map(({ method }) => method.toUpperCase());
    router.all(pattern, (req: Request, res: Response) => {
      const method = req.method === "HEAD" ? "get" : req.method.toLowerCase();
      const found = ofPath.find((route) => route.method === method);
      return answering(api, req, res, async () => {
        if (found !== undefined) return handle(api, gate, found, req, res);
        const allowed = [...allow, ...(allow.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(
          ", ",
        );
        res.setHeader("Allow", allowed);
        if (req.method === "OPTIONS") return { status: 204 };
        throw new ProblemError(
          "method_not_allowed",
          `${req.method} means nothing here: ${allowed}`,
        );
      });
    });
  }
  return router;
}

/** Undefined: the request was answered while its body was read. */
async function handle(
  api: ApiParts,
  gate: TokenGate,
  route: Route,
  req: Request,
  res: Response,
): Promise<Answer | undefined> {
  const source = api.sources.of(req);
  if (route.scope === "source") {
    const nothing = { params: {}, query: {}, body: undefined, caller: undefined };
    return route.handle({ ...nothing, source, origin: source.origin, req });
  }
  const shown = await gate.tokenOf(req, source);
  if (shown !== undefined) {
    // Before anything is refused: whoever asks for what a token does not allow is to come to an end, too.
    for (const [name, value] of Object.entries(gate.take(shown.token))) res.setHeader(name, value);
  }
  const isStranger = route.scope === "public" && shown === undefined;
  const token = isStranger ? undefined : gate.require(shown?.token, route, source);
  const at = req.url.indexOf("?");
  const params = readParams(route.params, { ...req.params });
  const query = readQuery(route.query, at < 0 ? "" : req.url.slice(at));
  const most = api.options.bodyOctets;
  const octets = await readBody(req, res, most, tooLong(most));
  if (octets === undefined) return undefined;
  const body = route.body === undefined ? undefined : readJson(route.body, octets);
  const by = token && tokenName(token);
  const caller = token && { scopes: token.scopes, tokenId: token.id };
  const call = { params, query, body, caller, source, origin: { ...source.origin, by }, req };
  const act = (): Promise<Answer> => route.handle(call);
  if (route.isIdempotent !== true || shown === undefined) return act();
  return once(api, req, { ...shown, body: octets }, act);
}

function tooLong(mostOctets: number): TooLong {
  const detail = `the body has more than ${mostOctets} octets (limits.body_bytes)`;
  const problem = new ProblemError("payload_too_large", detail).toProblem();
  return { type: "application/problem+json", body: JSON.stringify(problem) };
}

/** The one place where answers and problems of v1 are sent. */
async function answering(
  api: ApiParts,
  req: Request,
  res: Response,
  work: () => Promise<Answer | undefined>,
): Promise<void> {
  // Pages of others have no business here, whatever api.corsorigins allows elsewhere.
  res.removeHeader("Access-Control-Allow-Origin");
  try {
    const answer = await work();
    if (answer !== undefined) send(res, answer);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      api.log.error({ method: req.method, route: req.route?.path, err: error }, problem.code);
    }
    if (res.headersSent) res.destroy();
    else sendProblem(res, problem);
  }
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const options = { cause: error };
  if (error instanceof StoreError) {
    const later = { waitMs: RETRY_MS };
    const detail = "the storage cannot be read or written just now: try again in a moment";
    return Object.assign(new ProblemError("storage_unavailable", detail, later), options);
  }
  const detail = "this is a fault of the server, which its log has";
  return Object.assign(new ProblemError("internal_error", detail), options);
}

const RETRY_MS = 5_000;

function send(res: Response, { status, body, headers = {} }: Answer): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.setHeader("Cache-Control", "no-store");
  if (body === undefined) {
    res.writeHead(status).end();
    return;
  }
  write(res, status, "application/json", body);
}

export function sendProblem(res: Response, error: ProblemError): void {
  const { status, waitMs } = error;
  if (status === 401) res.setHeader("WWW-Authenticate", 'Bearer realm="dnsvouch"');
  if (waitMs !== undefined || status === 503) {
    res.setHeader("Retry-After", Math.max(Math.ceil((waitMs ?? RETRY_MS) / 1000), 1));
  }
  res.setHeader("Cache-Control", "no-store");
  write(res, status, "application/problem+json", error.toProblem());
}

function write(res: Response, status: number, type: string, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
  res.end(text);
}
