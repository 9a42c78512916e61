import type { Registration } from "../snippet/client-formats.ts";
import { CommandError, FAULT, OUTSIDE } from "./exit.ts";

export interface RegisterRequest {
  /** The URL of the API, also one with user info. */
  readonly server: URL;
  readonly token: string | undefined;
  readonly allow: readonly string[];
}

/** Clients of acme-dns wait as long. */
const LIMIT_MS = 30_000;

/** POST /register, of this server or of acme-dns. Rejects with CommandError. */
export async function requestRegistration(request: RegisterRequest): Promise<Registration> {
  const { server, allow } = request;
  const base = `${server.protocol}//${server.host}${server.pathname.replace(/\/+$/, "")}`;
  const response = await post(`${base}/register`, authorization(request), allow);
  const text = await response.text();
  if (response.status !== 201) throw refusal(base, response, text);
  const answer = parse(text);
  const { username, password, fulldomain, subdomain, allowfrom } = answer;
  const texts = [username, password, fulldomain, subdomain];
  if (!texts.every((each) => typeof each === "string" && /^[A-Za-z0-9_.-]+$/.test(each))) {
    throw new CommandError(
      FAULT,
      `${base}/register does not answer as acme-dns does; check --server`,
    );
  }
  const networks = Array.isArray(allowfrom) ? allowfrom.map(String) : [];
  return {
    username: String(username),
    password: String(password),
    fulldomain: String(fulldomain),
    subdomain: String(subdomain),
    allowfrom: networks,
    server: base,
  };
}

function authorization({ server, token }: RegisterRequest): Record<string, string> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` };
  if (server.username === "" && server.password === "") return {};
  const pair = [server.username, server.password].map(decodeURIComponent).join(":");
  return { Authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

async function post(
  url: string,
  headers: Record<string, string>,
  allow: readonly string[],
): Promise<Response> {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(allow.length === 0 ? {} : { allowfrom: allow }),
      redirect: "error",
      signal: AbortSignal.timeout(LIMIT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(
      OUTSIDE,
      `${url} cannot be reached: ${reason}; is the server running, and is --server (or api.base_url) its URL?`,
    );
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  401: "it wants a token: give one with --token (dnsvouch token create makes it)",
  403: "it does not let this machine register (api.registration, api.registration_sources)",
  404: "registration is closed there, or this is not the URL of the API",
  429: "too many registrations: try again later",
  503: "it cannot write now: see its log",
};

function refusal(base: string, response: Response, text: string): CommandError {
  const { error } = parse(text);
  const word = typeof error === "string" && /^[\w -]{1,64}$/.test(error) ? ` (${error})` : "";
  const wait = response.headers.get("Retry-After");
  const later = wait !== null && /^\d{1,6}$/.test(wait) ? ` after ${wait} s` : "";
  const isInput = response.status === 400;
  const advice = isInput
    ? "it does not take a network of --allow: such as 192.0.2.0/24 or 2001:db8::/32"
    : (ADVICE[response.status] ?? "see its log");
  return new CommandError(
    FAULT,
    `${base} refuses${word}, status ${response.status}: ${advice}${later}`,
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
