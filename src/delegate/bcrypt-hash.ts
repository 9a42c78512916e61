/** The ASCII text of a bcrypt hash. */
export type BcryptHash = Uint8Array;

/** Version, cost, salt and hash: 2a by Go and the others by other programs, all the same algorithm. */
const FORM = /^\$2[aby]\$(\d{2})\$[./A-Za-z0-9]{53}$/;
const LEAST_COST = 4;
/** acme-dns uses 10. Each step doubles the time: 15 would take seconds, 31 two days. */
const MOST_COST = 14;

/** The hash as it is stored, or undefined if it is none that can be checked in a fraction of a second or two. */
export function parseBcryptHash(text: string): BcryptHash | undefined {
  const cost = Number(FORM.exec(text)?.[1] ?? Number.NaN);
  return cost >= LEAST_COST && cost <= MOST_COST ? Buffer.from(text, "latin1") : undefined;
}
