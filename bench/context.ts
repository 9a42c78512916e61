import type { Generator } from "./load/generator-process.ts";
import { type Others, whileOthersAreWatched } from "./measure/others.ts";
import { type BenchServer, type Command, settled, startServer } from "./servers/server.ts";

/** What the sections of a run share. */
export interface BenchContext {
  /** A folder for databases and configurations, removed at the end. */
  readonly folder: string;
  readonly generator: Generator;
  readonly rounds: number;
  readonly burstSeconds: number;
  /** What else ran while a section measured: each adds to it. */
  readonly others: Others[];
}

/**
 * Runs servers while `use` works with them, and stops them whatever becomes of it. They have loaded
 * what they serve by then: on the core that they share one would take time from the others.
 */
export async function withServers<T>(
  context: BenchContext,
  commands: readonly Command[],
  use: (servers: readonly BenchServer[]) => Promise<T>,
): Promise<T> {
  const servers: BenchServer[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command));
    await Promise.all(servers.map(settled));
    const { result, others } = await whileOthersAreWatched(() => use(servers));
    context.others.push(others);
    return result;
  } finally {
    for (const server of servers) await server.stop();
  }
}
