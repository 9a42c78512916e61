/**
 * How many delegates are below each name that is between them and an apex: as long as there is one, the name
 * exists (RFC 8020 section 2).
 */
export class NamesBetween {
  /** By `<zone> <name>`. */
  readonly #counts = new Map<string, number>();

  has(zone: number, name: string): boolean {
    return this.#counts.has(keyOf(zone, name));
  }

  /** A delegate has come into being. Gives the names above it. */
  add(zone: number, subdomain: string): readonly string[] {
    const above = namesAbove(subdomain);
    for (const name of above) {
      const key = keyOf(zone, name);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
    return above;
  }

  /** A delegate is gone. Gives those of the names above it that nothing is below any more. */
  remove(zone: number, subdomain: string): readonly string[] {
    return namesAbove(subdomain).filter((name) => {
      const key = keyOf(zone, name);
      const left = (this.#counts.get(key) ?? 0) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
      return left <= 0;
    });
  }
}

/** Of `a.b.c`: `b.c` and `c`. */
function namesAbove(subdomain: string): string[] {
  const labels = subdomain.split(".");
  return labels.slice(1).map((_, i) => labels.slice(i + 1).join("."));
}

function keyOf(zone: number, name: string): string {
  return `${zone} ${name}`;
}
