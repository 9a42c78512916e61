/**
 * What has to be given back as it was, and must not be read by whoever gets hold of the database: AES-256-GCM
 * (NIST SP 800-38D) with a key that is kept elsewhere.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

/** 32 octets. */
export type SealingKey = Uint8Array;

/** `openssl rand -hex 32`, or `-base64 32`, which some write in the alphabet of URLs. */
const HEX = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;
/** For messages. */
export const SEALING_KEY_FORM = "a key of 32 octets: 64 hexadecimal digits, or base64";

export function parseSealingKey(text: string): SealingKey | undefined {
  if (HEX.test(text)) return Buffer.from(text, "hex");
  return BASE64.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** What a key has seen 2^32 times with random nonces would be too much (SP 800-38D section 8.3): far away here. */
const NONCE_OCTETS = 12;
const TAG_OCTETS = 16;
const CIPHER = "aes-256-gcm";

/**
 * Nonce, ciphertext and tag. `context` is what it is bound to: under another one it does not open, so that
 * nobody who writes to the database can put one tenant's entry in the place of another's.
 */
export function seal(
  key: SealingKey,
  text: string,
  context: Uint8Array,
  randomOctets: (count: number) => Buffer,
): Uint8Array {
  const nonce = randomOctets(NONCE_OCTETS);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_OCTETS });
  cipher.setAAD(context);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** The text, by the first of the keys that opens it; undefined if none does, or it was changed. */
export function unseal(
  keys: readonly SealingKey[],
  sealed: Uint8Array,
  context: Uint8Array,
): string | undefined {
  for (const key of keys) {
    const text = unsealWith(key, sealed, context);
    if (text !== undefined) return text;
  }
  return undefined;
}

function unsealWith(key: SealingKey, sealed: Uint8Array, context: Uint8Array): string | undefined {
  if (sealed.length < NONCE_OCTETS + TAG_OCTETS) return undefined;
  const end = sealed.length - TAG_OCTETS;
  const options = { authTagLength: TAG_OCTETS };
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_OCTETS), options);
  decipher.setAAD(context);
  decipher.setAuthTag(sealed.subarray(end));
  try {
    const text = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_OCTETS, end)),
      decipher.final(),
    ]);
    return text.toString("utf8");
  } catch {
    // It is not what was sealed, or by another key.
    return undefined;
  }
}
