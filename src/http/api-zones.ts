import type { PublishedDigests } from "../delegate/delegate.ts";

/** Where the values of the delegates of one zone are served from. */
export interface Publisher {
  /** Serves this from now on, with this serial. */
  publish(published: PublishedDigests, serial?: number): void;
}

interface ZoneLog {
  warn(fields: object, message: string): void;
}

/**
 * The zones that this server answers for. The database may hold delegates of others: 200 would
 * promise a value that nobody can look up here.
 */
export class ApiZones {
  /** Where `/register` creates delegates: an apex in presentation format, lower case, without the final dot. */
  readonly registrationZone: string;
  readonly #publishers: ReadonlyMap<string, Publisher>;
  readonly #log: ZoneLog;
  readonly #reported = new Set<string>();

  /** `publishers` by apex, that of `registrationZone` among them. */
  constructor(registrationZone: string, publishers: ReadonlyMap<string, Publisher>, log: ZoneLog) {
    this.registrationZone = registrationZone;
    this.#publishers = publishers;
    this.#log = log;
  }

  isServed(zone: string): boolean {
    return this.#publishers.has(zone);
  }

  /** Publishes in a zone that is served: called after the commit and before the client is told. */
  publish(zone: string, published: PublishedDigests, serial?: number): void {
    const publisher = this.#publishers.get(zone);
    if (publisher === undefined) throw new Error(`the zone ${zone} is not served`);
    publisher.publish(published, serial);
  }

  /** Logs that an update was refused for its zone, once for each: clients try again and again. */
  reportUnserved(zone: string): void {
    if (this.#reported.has(zone)) return;
    this.#reported.add(zone);
    this.#log.warn(
      {},
      `an update was refused: its delegate is in the zone ${zone}, which is not served; add it to general.domain`,
    );
  }
}
