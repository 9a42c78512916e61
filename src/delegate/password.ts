import { hash as digestOf, timingSafeEqual } from "node:crypto";

/** Passwords of people: those that they choose, and those that are made for them until they have chosen. */

const LEAST_CHARACTERS = 12;
/** bcrypt would not look at what is behind. */
const MOST_OCTETS = 72;

/** What is wrong with a password that somebody chooses, and what to do; undefined: nothing. */
export function whyNotPassword(text: string): string | undefined {
  const { length } = [...text];
  if (length < LEAST_CHARACTERS) {
    return `the password has ${length} characters: take ${LEAST_CHARACTERS} or more, such as four words`;
  }
  const octets = Buffer.byteLength(text);
  if (octets > MOST_OCTETS) {
    return `the password has ${octets} octets: take ${MOST_OCTETS} at most, since bcrypt reads no more (a letter with an accent is two)`;
  }
  return text.includes("\0") ? "the password has a NUL in it: take it out" : undefined;
}

/** Whether bcrypt sees all of it: nothing else was ever hashed. */
export function canBeHashed(text: string): boolean {
  return Buffer.byteLength(text) <= MOST_OCTETS && !text.includes("\0");
}

/** 32 characters, without 0 and o, 1 and l, which look alike: these are read from a screen and typed. */
const ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz";
/** 20 characters of 5 bits. */
const CHARACTERS = 20;
const GROUP = 5;

/** 100 random bits from a CSPRNG, such as k7m2p-xw4hd-9r3tq-b6fzn. */
export function generateOneTimePassword(randomOctets: (count: number) => Buffer): string {
  // 256 is a multiple of 32: each character is as likely as the others.
  const characters = [...randomOctets(CHARACTERS)].map((octet) => ALPHABET[octet % 32]);
  const groups: string[] = [];
  for (let at = 0; at < CHARACTERS; at += GROUP) {
    groups.push(characters.slice(at, at + GROUP).join(""));
  }
  return groups.join("-");
}

const ONE_TIME_FORM = new RegExp(`^([${ALPHABET}]{${GROUP}}-){3}[${ALPHABET}]{${GROUP}}$`, "i");

/** Whether `generateOneTimePassword` may have made it, also as somebody has typed it. */
export function isOneTimePasswordForm(text: string): boolean {
  return ONE_TIME_FORM.test(text.trim());
}

/** SHA-256, 32 octets: 100 random bits cannot be searched (docs/adr/0004). */
export function hashOneTimePassword(text: string): Uint8Array {
  return digestOf("sha256", text, "buffer");
}

/** In constant time. Every character counts. */
export function matchesOneTimePassword(text: string, hash: Uint8Array): boolean {
  const sent = hashOneTimePassword(text);
  return hash.length === sent.length && timingSafeEqual(sent, hash);
}
