import express, { type Express, type NextFunction, type Request, type Response } from "express";
import helmet from "helmet";
import type { ApiParts } from "./api-parts.ts";
import { cors } from "./cors.ts";
import { answerFault, type Refusal, refuse } from "./error-response.ts";
import { register } from "./register.ts";
import { update } from "./update.ts";

/** Where getlocalcert has these endpoints, and where HTTP Basic stands for X-Api-User and X-Api-Key. */
const GETLOCALCERT_PREFIX = "/api/v1/acme-dns-compat";
/** More header lines than any client sends: node keeps no more than a limit and says nothing of the rest. */
const MAX_HEADER_LINES = 64;

type Handler = (req: Request, res: Response) => void | Promise<void>;

/** The routes in order. Paths are matched without regard to letter case and a final slash. */
export function createApi(parts: ApiParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // Strict-Transport-Security comes with a certificate of our own: over plain HTTP it means nothing.
  app.use(helmet({ strictTransportSecurity: false }));
  app.use(checkRequest);
  app.use(cors(parts.options.corsOrigins));
  app.use(GETLOCALCERT_PREFIX, endpoints(parts, true));
  if (parts.options.pathPrefix !== "") app.use(parts.options.pathPrefix, endpoints(parts, false));
  app.use(endpoints(parts, false));
  app.use((_req: Request, res: Response) => refuse(res, "not_found"));
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    answerFault(error, req, res, parts.log);
  });
  return app;
}

function endpoints(parts: ApiParts, acceptsBasic: boolean): express.Router {
  const router = express.Router();
  router.all("/register", only({ POST: (req, res) => register(parts, req, res) }, "OPTIONS, POST"));
  router.all(
    "/update",
    only({ POST: (req, res) => update(parts, acceptsBasic, req, res) }, "OPTIONS, POST"),
  );
  router.all("/health", only({ GET: health, HEAD: health }, "GET, OPTIONS"));
  return router;
}

/** The handler of the method; OPTIONS and refusals say what is allowed, in the words of acme-dns. */
function only(handlers: Readonly<Record<string, Handler>>, allow: string): Handler {
  const byMethod = new Map(Object.entries(handlers));
  return (req, res) => {
    const handler = byMethod.get(req.method);
    if (handler !== undefined) return handler(req, res);
    res.setHeader("Allow", allow);
    if (req.method === "OPTIONS") return sendEmpty(res);
    return refuse(res, "method_not_allowed");
  };
}

/** GET /health: 200 and an empty body, as acme-dns has it: the process answers. */
function health(_req: Request, res: Response): void {
  sendEmpty(res);
}

function sendEmpty(res: Response): void {
  res.writeHead(200, { "Content-Length": 0 }).end();
}

/** What must hold before a route is looked for. */
function checkRequest(req: Request, res: Response, next: NextFunction): void {
  const refusal = refusalOf(req);
  if (refusal !== undefined) {
    res.shouldKeepAlive = false;
    refuse(res, refusal);
  } else if (req.url === "*" && req.method === "OPTIONS") {
    // RFC 9110 section 9.3.7: OPTIONS for the server as a whole.
    sendEmpty(res);
  } else {
    req.url = withoutSlashRuns(req.url);
    next();
  }
}

function refusalOf(req: Request): Refusal | undefined {
  if (req.rawHeaders.length / 2 > MAX_HEADER_LINES) return "too_many_headers";
  // RFC 9112 section 3.2.
  const lacksHost = req.httpVersion === "1.1" && req.headers.host === undefined;
  return lacksHost ? "missing_host_header" : undefined;
}

/** Base URLs with a final slash give //update, from clients that would not follow a redirect. */
function withoutSlashRuns(url: string): string {
  if (!url.startsWith("/")) return url;
  const [path = "", ...query] = url.split("?");
  return [path.replace(/\/{2,}/g, "/"), ...query].join("?");
}
