import { ClosedCounter } from "./closed-counter.ts";
import { Durations, type DurationTotals } from "./durations.ts";

/** What the HTTP API has done. Routes are those below any prefix: a client chooses none of the labels. */

const ROUTES: readonly string[] = [
  "/register",
  "/update",
  "/health",
  "/check",
  "/lego-storage",
  "/tls-ask",
  "/v1",
  "/healthz",
  "/readyz",
  "other",
];
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "OPTIONS", "other"];
const CODES: readonly string[] =
  "200 201 400 401 403 404 405 408 413 417 429 431 500 503 other".split(" ");

const UPDATE_RESULTS = [
  "ok",
  "unauthorized",
  "ip",
  "bad_txt",
  "locked",
  "limited",
  "error",
] as const;
export type UpdateResult = (typeof UPDATE_RESULTS)[number];

const REGISTRATION_MODES = ["open", "token", "closed"] as const;
const REGISTRATION_RESULTS = ["ok", "unauthorized", "bad_request", "limited", "error"] as const;
export type RegistrationResult = (typeof REGISTRATION_RESULTS)[number];

const FAILURE_KINDS = [
  "unknown_user",
  "wrong_key",
  "revoked_key",
  "expired_key",
  "locked",
  "deleted",
  "source",
  "other_subdomain",
  "zone_not_served",
  "token",
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export class ApiCounters {
  readonly requests: ClosedCounter<"route" | "method" | "code"> = new ClosedCounter({
    route: ROUTES,
    method: METHODS,
    code: CODES,
  });
  readonly updates: ClosedCounter<"result"> = new ClosedCounter({ result: UPDATE_RESULTS });
  readonly registrations: ClosedCounter<"mode" | "result"> = new ClosedCounter({
    mode: REGISTRATION_MODES,
    result: REGISTRATION_RESULTS,
  });
  readonly failures: ClosedCounter<"kind"> = new ClosedCounter({ kind: FAILURE_KINDS });
  readonly #durations = new Map<string, Durations>(ROUTES.map((route) => [route, new Durations()]));

  /** By route, in seconds. */
  durations(): readonly { readonly route: string; readonly totals: DurationTotals }[] {
    return [...this.#durations].map(([route, durations]) => ({ route, totals: durations.totals }));
  }

  /** A request was answered; one that never became a request has neither path nor method. */
  answered(
    path: string | undefined,
    method: string | undefined,
    code: number,
    seconds: number,
  ): void {
    const route = path === undefined ? "other" : routeOf(path);
    this.requests.count({ route, method: method ?? "other", code: String(code) });
    this.#durations.get(route)?.add(seconds);
  }

  updated(result: UpdateResult): void {
    this.updates.count({ result });
  }

  registered(mode: (typeof REGISTRATION_MODES)[number], result: RegistrationResult): void {
    this.registrations.count({ mode, result });
  }

  failed(kind: FailureKind): void {
    this.failures.count({ kind });
  }
}

const LEGO_STORAGE = "/lego-storage";
/** One route for all of them: what stands in their paths is without end. */
const V1 = /^\/api\/v1\/(?:delegates|hostnames|checks|events|tokens|stats)(?:\/|$)/;

/** The last segment of the path says which endpoint it is, whatever prefix is before it; but lego puts a token and a domain behind it. */
function routeOf(path: string): string {
  const query = path.indexOf("?");
  const bare = (query < 0 ? path : path.slice(0, query)).replace(/\/$/, "").toLowerCase();
  if (bare.startsWith(`/api/v1${LEGO_STORAGE}`)) return LEGO_STORAGE;
  if (V1.test(bare)) return "/v1";
  const last = bare.slice(bare.lastIndexOf("/"));
  return ROUTES.includes(last) ? last : "other";
}
