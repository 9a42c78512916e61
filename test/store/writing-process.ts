/**
 * A process that writes to a store until it is killed or the storage fails, and prints a line of
 * JSON for each thing that was acknowledged: `node writing-process.ts FILE`.
 */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { type Store, StoreError } from "../../src/store/store.ts";
import { allPublished, newDelegate, register, update, ZONE } from "./store-fixture.ts";

export type Line =
  | { readonly kind: "registered"; readonly subdomain: string }
  | {
      readonly kind: "updated";
      readonly number: number;
      readonly serial: number;
      readonly sequence: number;
    }
  /** The storage failed; `published` is what it gives from then on for the delegate "a". */
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly published: readonly string[];
    };

/** Synchronous, so that a line is out before the next write begins. */
function print(line: Line): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

async function writeForEver(store: Store): Promise<never> {
  const writer = await register(store, "a");
  print({ kind: "registered", subdomain: "a" });
  for (let number = 1; ; number++) {
    const { serial, sequence } = await update(store, writer, number);
    print({ kind: "updated", number, serial, sequence });
    if (number % 10 === 0) {
      const subdomain = `d${number}`;
      await store.createDelegate(newDelegate(subdomain));
      print({ kind: "registered", subdomain });
    }
  }
}

async function run(file: string): Promise<void> {
  const store = await openSqliteStore(file);
  await store.beginRun(ZONE, 1);
  try {
    await writeForEver(store);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const [a] = await allPublished(store);
    const { code, message } = error;
    print({ kind: "failed", code, message, published: a?.digests ?? [] });
  }
}

await run(process.argv[2] ?? "");
