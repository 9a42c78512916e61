import { isLaterSerial } from "./serial.ts";
import type { Publication, TableWriter } from "./table/table-writer.ts";

/** Where what the delegates of one zone publish becomes what the threads that answer see. */
export class ChallengePublisher {
  readonly #table: TableWriter;
  readonly #zone: number;
  #serial: number;

  /** `zone`: its number in the table. */
  constructor(table: TableWriter, zone: number, serial: number) {
    this.#table = table;
    this.#zone = zone;
    this.#serial = serial;
    table.setSerial(zone, serial);
  }

  /**
   * From now on this is what the delegate publishes and `serial` is the zone's, unless something
   * newer was published before: calls may arrive in any order.
   */
  publish(publication: Publication, serial?: number): void {
    this.#table.publish(this.#zone, publication);
    this.#raise(serial);
  }

  /** The delegate does not exist from now on, in the same manner. */
  remove(removal: Omit<Publication, "digests">, serial: number): void {
    this.#table.remove(this.#zone, removal);
    this.#raise(serial);
  }

  /** When its values were last asked for, to the second: milliseconds since 1970; undefined: never since the start. */
  servedMs(subdomain: string): number | undefined {
    return this.#table.servedMs(this.#zone, subdomain);
  }

  /** That was not so: it was asked for by ourselves. */
  setServed(subdomain: string, servedMs: number | undefined): void {
    this.#table.setServed(this.#zone, subdomain, servedMs);
  }

  /** The static data of the zone has changed. */
  raiseSerial(serial: number): void {
    this.#raise(serial);
  }

  #raise(serial: number | undefined): void {
    if (serial === undefined || !isLaterSerial(serial, this.#serial)) return;
    // After the record: whoever sees the serial sees what it counts.
    this.#serial = serial;
    this.#table.setSerial(this.#zone, serial);
  }
}
