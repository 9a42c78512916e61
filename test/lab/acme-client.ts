// What the test asks of an ACME client, whichever it is.
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Authority } from "./pebble.ts";

/** One customer's order: a certificate for `domain` and `*.domain`. */
export interface Order {
  readonly domain: string;
  readonly authority: Authority;
  /** The client's own folder: its account, keys and certificates. */
  readonly folder: string;
  /** The credentials its hook reads; `deploy/hooks/publish.sh` has the format. */
  readonly delegatesFile: string;
}

export interface AcmeClient {
  readonly name: string;
  /** Makes an ACME account and gets the first certificate. */
  issue(order: Order): Promise<X509Certificate>;
  /** Gets the next certificate now, with the credentials it already has. */
  renew(order: Order): Promise<X509Certificate>;
}

/** Path of a script that clients call. */
export function hook(name: string): string {
  return fileURLToPath(new URL(`../../deploy/hooks/${name}`, import.meta.url));
}

/** The first certificate of a PEM file. */
export function readCertificate(file: string): X509Certificate {
  return new X509Certificate(readFileSync(file));
}

/** The DNS names that a certificate is for, sorted. */
export function namesOf(certificate: X509Certificate): string[] {
  const names = certificate.subjectAltName?.split(", ") ?? [];
  return names.map((name) => name.replace(/^DNS:/, "")).sort();
}
