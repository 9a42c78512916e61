import type { PublishedDigests } from "../delegate/delegate.ts";
import type { Store } from "../store/store.ts";

/** Where the delegates of one zone are published. */
interface Publisher {
  publish(published: PublishedDigests): void;
}

/** Delegates that are loaded in the time that the threads take to start. */
const HEAD_START = 20_000;

interface Loading {
  /** Resolves once every delegate is in the table, or loading was stopped or failed. */
  readonly loaded: Promise<void>;
  /** Resolves when the store is not read any more. */
  stop(): Promise<void>;
}

/**
 * Publishes all that was acknowledged in earlier runs while the server answers already: until the table
 * is complete, what is not in it is read from the store for each query.
 *
 * @param publishers by zone as the store names it.
 * @param serving resolves when queries are answered. Before, no more is loaded than a small server
 * has: a large one would answer later for it.
 */
export function loadTable(
  table: { setComplete(): void },
  publishers: ReadonlyMap<string, Publisher>,
  store: Store,
  slots: number,
  serving: Promise<void>,
  log: { error(fields: object, message: string): void },
): Loading {
  let isStopped = false;
  let count = 0;
  const { promise: stopping, resolve: onStop } = Promise.withResolvers<void>();
  const load = async (): Promise<void> => {
    for (const [zone, publisher] of publishers) {
      for await (const published of store.publishedDigests(zone, slots)) {
        if (isStopped) return;
        publisher.publish(published);
        if (++count === HEAD_START) await Promise.race([serving, stopping]);
      }
    }
    table.setComplete();
  };
  const loaded = load().catch((err: unknown) => {
    log.error(
      { err },
      "the delegates could not all be read into memory: queries are answered from the database, more slowly; mend that and start again",
    );
  });
  return {
    loaded,
    stop: () => {
      isStopped = true;
      onStop();
      return loaded;
    },
  };
}
