import type { PublishedDigests } from "../delegate/delegate.ts";
import type { Store } from "../store/store.ts";

/** Where the delegates of one zone are published. */
interface Publisher {
  publish(published: PublishedDigests): void;
}

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
 */
export function loadTable(
  table: { setComplete(): void },
  publishers: ReadonlyMap<string, Publisher>,
  store: Store,
  slots: number,
  log: { error(fields: object, message: string): void },
): Loading {
  let isStopped = false;
  const load = async (): Promise<void> => {
    for (const [zone, publisher] of publishers) {
      for await (const published of store.publishedDigests(zone, slots)) {
        if (isStopped) return;
        publisher.publish(published);
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
      return loaded;
    },
  };
}
