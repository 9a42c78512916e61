import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import { TOKEN_SEGMENT } from "../delegate/access-token.ts";
import { loadOnce } from "../load-once.ts";
import type { ApiParts } from "./api-parts.ts";
import { cors } from "./cors.ts";
import { answerFault, refuse } from "./error-response.ts";
import { securityHeaders } from "./fixed-headers.ts";
import { checkKey } from "./getlocalcert/check-key.ts";
import { getlocalcertHealth } from "./getlocalcert/health.ts";
import { COMPAT_PATH, GETLOCALCERT_PATH } from "./getlocalcert/paths.ts";
import { registerInstant } from "./getlocalcert/register-instant.ts";
import { health } from "./health.ts";
import { LEGO_STORAGE_PATH, legoStorage } from "./lego-storage/lego-storage.ts";
import { readyz } from "./readyz.ts";
import { register } from "./register.ts";
import { sendEmpty } from "./response.ts";
import { update } from "./update.ts";
import { CUSTOMER_PATH } from "./v1/customer-path.ts";

type Handler = (req: Request, res: Response) => void | Promise<void>;

/**
 * The routes in order, those of plain-routes.ts among them: in other spellings they come here. Paths are matched without regard to letter case and a final slash; what
 * createApiServer has to sort out before is not a matter of routes.
 */
export function createApi(parts: ApiParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(securityHeaders);
  const crossOrigin = cors(parts.options.corsOrigins);
  app.use((req: Request, res: Response, next: NextFunction) => {
    // What v1 says, and what customers see, is for no page of another origin.
    if (isV1(req.path) || isCustomers(req.path, parts)) next();
    else crossOrigin(req, res, next);
  });
  const ready: Handler = (_req, res) => readyz(parts.readiness, res);
  app.all("/healthz", only({ GET: health, HEAD: health }, "GET, OPTIONS"));
  app.all("/readyz", only({ GET: ready, HEAD: ready }, "GET, OPTIONS"));
  app.use(COMPAT_PATH, endpoints(parts, true));
  if (parts.options.pathPrefix !== "") app.use(parts.options.pathPrefix, endpoints(parts, false));
  const storage: Handler = (req, res) => legoStorage(parts, req, res);
  const storageMethods = { GET: storage, HEAD: storage, POST: storage };
  app.use(LEGO_STORAGE_PATH, only(storageMethods, "GET, OPTIONS, POST"));
  app.use(GETLOCALCERT_PATH, getlocalcertEndpoints(parts));
  app.use(V1_PATHS, v1(parts));
  const pages = customerPages(parts);
  app.use(CUSTOMER_PATH, pages);
  if (parts.options.pathPrefix !== "")
    app.use(`${parts.options.pathPrefix}${CUSTOMER_PATH}`, pages);
  app.use(endpoints(parts, false));
  app.use((_req: Request, res: Response) => refuse(res, "not_found"));
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    answerFault(error, { method: req.method, route: req.route?.path }, res, parts.log);
  });
  return app;
}

/** What v1 has, and nothing else: what it needs (zod, the schemas) is loaded with the first request for it. */
const V1_PATHS = [
  "/api/v1/delegates",
  "/api/v1/hostnames",
  "/api/v1/checks",
  "/api/v1/events",
  "/api/v1/tokens",
  "/api/v1/stats",
  "/api/v1/tls-ask",
  "/openapi.json",
  "/docs",
];

function isV1(path: string): boolean {
  const asMounted = `${path.toLowerCase()}/`;
  return V1_PATHS.some((each) => asMounted.startsWith(`${each}/`));
}

function isCustomers(path: string, { options }: ApiParts): boolean {
  const [prefix, lower] = [options.pathPrefix.toLowerCase(), path.toLowerCase()];
  return [CUSTOMER_PATH, `${prefix}${CUSTOMER_PATH}`].some((each) => lower.startsWith(`${each}/`));
}

function v1(parts: ApiParts): (req: Request, res: Response, next: NextFunction) => Promise<void> {
  const loaded = loadOnce(async () => {
    const { createV1 } = await import("./v1/v1-app.ts");
    return createV1(parts, await parts.v1());
  });
  return async (req, res, next) => {
    // Paths of v1 begin at the root, wherever they are mounted.
    req.url = req.originalUrl;
    (await loaded())(req, res, next);
  };
}

/** Where customers see their host name: loaded with the first who does. */
function customerPages(parts: ApiParts): RequestHandler {
  const loaded = loadOnce(parts.customerPages);
  return async (req, res, next) => (await loaded())(req, res, next);
}

/** Those that acme-dns does not have. */
function getlocalcertEndpoints(parts: ApiParts): express.Router {
  const router = express.Router();
  const health: Handler = (_req, res) => getlocalcertHealth(parts.readiness, res);
  if (parts.instant !== undefined) {
    const create: Handler = (req, res) => registerInstant(parts, req, res, tokenIn(req));
    router.all("/register", only({ POST: create }, "OPTIONS, POST"));
  }
  const check: Handler = (req, res) => checkKey(parts, req, res);
  router.all("/check", only({ GET: check, HEAD: check }, "GET, OPTIONS"));
  router.all("/health", only({ GET: health, HEAD: health }, "GET, OPTIONS"));
  return behindTokens(router);
}

/** Those of acme-dns. `acceptsBasic`: whether HTTP Basic stands for X-Api-User and X-Api-Key. */
function endpoints(parts: ApiParts, acceptsBasic: boolean): express.Router {
  const router = express.Router();
  router.all(
    "/register",
    only({ POST: (req, res) => register(parts, req, res, tokenIn(req)) }, "OPTIONS, POST"),
  );
  router.all(
    "/update",
    only({ POST: (req, res) => update(parts, acceptsBasic, req, res) }, "OPTIONS, POST"),
  );
  router.all("/health", only({ GET: health, HEAD: health }, "GET, OPTIONS"));
  return behindTokens(router);
}

/**
 * Also behind a secret path segment, for clients that send no header of ours. Only registrations look at
 * it, so that a token that is revoked stops no renewal.
 */
function behindTokens(router: express.Router): express.Router {
  return express.Router().use(router).use(TOKEN_SEGMENT, router);
}

/** The segment in front of the endpoint: a token, or a part of the prefix. */
function tokenIn({ baseUrl }: Request): string | undefined {
  return baseUrl.split("/").at(-1);
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
