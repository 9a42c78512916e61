// The names and values that all servers of a run have: made of numbers, so that every run is alike.
import { createHash } from "node:crypto";

export const ZONE = "auth.example.org";
/** Records that the configuration of each server has besides its SOA. */
export const STATIC_RECORDS: readonly string[] = [
  `${ZONE}. 3600 IN NS ns1.${ZONE}.`,
  `ns1.${ZONE}. 3600 IN A 192.0.2.1`,
  `${ZONE}. 3600 IN A 192.0.2.2`,
  `${ZONE}. 3600 IN CAA 0 issue "letsencrypt.org"`,
];

/** A UUID (version 4) that looks random. */
export function subdomain(number: number): string {
  const hex = createHash("sha256").update(`name ${number}`).digest("hex");
  const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The values of a name, the older one first: half of the names have one, half have two. */
export function digests(number: number): readonly string[] {
  const first = createHash("sha256").update(`value ${number}`).digest("base64url");
  if (number % 2 === 0) return [first];
  return [first, createHash("sha256").update(`second value ${number}`).digest("base64url")];
}
