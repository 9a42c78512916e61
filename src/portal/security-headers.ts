import { fixedHeaders } from "../http/fixed-headers.ts";

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

let headers: ReadonlyMap<string, string> | undefined;

/** What every page says of itself: nothing of others, nothing inline, in no frame. */
export function securityHeaders(): ReadonlyMap<string, string> {
  headers ??= new Map([
    ...fixedHeaders(),
    ["Content-Security-Policy", CONTENT_SECURITY_POLICY],
    // Forms of ours would say "Origin: null" with helmet's no-referrer.
    ["Referrer-Policy", "same-origin"],
    ["Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
  ]);
  return headers;
}
