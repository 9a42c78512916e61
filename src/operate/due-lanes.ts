import type { HostnameId } from "../hostname/hostname.ts";

/**
 * Host names that are due, in a lane for each zone. Zones take turns: one with many host names, or with name servers
 * that are silent, holds up nobody else.
 */
export class DueLanes {
  readonly #lanes = new Map<string, HostnameId[]>();
  readonly #ids = new Set<HostnameId>();

  get size(): number {
    return this.#ids.size;
  }

  has(id: HostnameId): boolean {
    return this.#ids.has(id);
  }

  /** At the end of its lane. */
  add(key: string, id: HostnameId): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, [id]);
    else lane.push(id);
    this.#ids.add(id);
  }

  /** The next one of a zone for which there is room; then it is the turn of all others. Undefined: there is none. */
  take(hasRoom: (key: string) => boolean): { key: string; id: HostnameId } | undefined {
    for (const [key, lane] of this.#lanes) {
      if (!hasRoom(key)) continue;
      const id = lane.shift();
      this.#lanes.delete(key);
      if (id === undefined) continue;
      if (lane.length > 0) this.#lanes.set(key, lane);
      this.#ids.delete(id);
      return { key, id };
    }
    return undefined;
  }
}
