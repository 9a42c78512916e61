import { hash as digestOf } from "node:crypto";

/** What stands in the link to a customer's page: whoever has it sees that page, and nothing else. */
export type CustomerToken = string & { readonly brand: "CustomerToken" };

/** 128 random bits in base64url (RFC 4648 section 5). */
const TOKEN_OCTETS = 16;
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** A new one from `randomOctets`, which must be a CSPRNG. */
export function generateCustomerToken(randomOctets: (count: number) => Buffer): CustomerToken {
  return randomOctets(TOKEN_OCTETS).toString("base64url") as CustomerToken;
}

export function parseCustomerToken(text: string): CustomerToken | undefined {
  return TOKEN.test(text) ? (text as CustomerToken) : undefined;
}

/** SHA-256, 32 octets: nobody searches 128 bits (docs/adr/0004). */
export function hashCustomerToken(token: CustomerToken): Uint8Array {
  return digestOf("sha256", token, "buffer");
}
