/** SOA serials: RFC 1982 with SERIAL_BITS = 32. */

const MODULUS = 2 ** 32;
const HALF = 2 ** 31;

/** Whether `a` is later than `b`: RFC 1982 section 3.2. */
export function isLaterSerial(a: number, b: number): boolean {
  const distance = (a - b + MODULUS) % MODULUS;
  return distance > 0 && distance < HALF;
}

/**
 * The serial of a zone that is served for the first time, from the clock in milliseconds since
 * 1970: year, month, day and hour (UTC) as one number. acme-dns counts so too, and secondaries of a
 * zone that moves here from it must see a serial that is not older.
 */
export function initialSerial(nowMs: number): number {
  return Number(new Date(nowMs).toISOString().replace(/\D/g, "").slice(0, 10));
}
