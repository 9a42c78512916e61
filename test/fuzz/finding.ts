/** Octets by what they are: query, response, stream. */
export type Evidence = Readonly<Record<string, Uint8Array>>;

/** Something that the server must not do, and the octets that made it do so. */
export class Finding extends Error {
  /** Which message or stream of the run. */
  readonly where: string;
  readonly evidence: Evidence;

  constructor(what: string, where: string, evidence: Evidence) {
    super(what);
    this.name = "Finding";
    this.where = where;
    this.evidence = evidence;
  }

  /** For a person who wants to see it again. */
  report(): string {
    const lines = Object.entries(this.evidence).map(
      ([what, octets]) => `  ${what}: ${hex(octets)}`,
    );
    return [`FOUND at ${this.where}: ${this.message}`, ...lines].join("\n");
  }
}

/** What `check` gives; its AssertionError becomes a Finding. */
export function orFinding<T>(check: () => T, where: string, evidence: Evidence): T {
  try {
    return check();
  } catch (error) {
    throw new Finding(error instanceof Error ? error.message : String(error), where, evidence);
  }
}

function hex(octets: Uint8Array): string {
  return octets.length === 0 ? "(none)" : Buffer.from(octets).toString("hex");
}
