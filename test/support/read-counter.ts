/** Counts how often octets were read: the work of a decoder, whatever the machine. */
export class ReadCounter {
  reads = 0;

  /** `octets`; reading one by its index counts, in parts that are cut out of them too. */
  watch(octets: Uint8Array): Uint8Array {
    return new Proxy(octets, {
      get: (target, key) => {
        if (key === "subarray") {
          return (start?: number, end?: number) => this.watch(target.subarray(start, end));
        }
        if (typeof key === "string" && /^[0-9]+$/.test(key)) this.reads++;
        // Methods and getters of a typed array want the array itself.
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }
}
