/** The hash of a name is that of its octets from the root's label to the first one, A to Z folded. */

/** Of the root. */
export const NO_HASH: number = 0x811c_9dc5 | 0;

/** FNV-1a: names of a configuration cannot be chosen by who asks, so it need not be a secret. */
export function hashOctet(hash: number, octet: number): number {
  return Math.imul(hash ^ octet, 0x0100_0193);
}

/** @param octets a whole name, folded. */
export function hashName(octets: Uint8Array): number {
  let hash = NO_HASH;
  for (let i = octets.length - 2; i >= 0; i--) hash = hashOctet(hash, octets[i] ?? 0);
  return hash;
}
