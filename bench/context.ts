import type { Generator } from "./load/generator-process.ts";
import { type BenchServer, type Command, startServer } from "./servers/server.ts";

/** What the sections of a run share. */
export interface BenchContext {
  /** A folder for databases and configurations, removed at the end. */
  readonly folder: string;
  readonly generator: Generator;
  readonly rounds: number;
  readonly burstSeconds: number;
}

/** Runs servers while `use` works with them, and stops them whatever becomes of it. */
export async function withServers<T>(
  commands: readonly Command[],
  use: (servers: readonly BenchServer[]) => Promise<T>,
): Promise<T> {
  const servers: BenchServer[] = [];
  try {
    for (const command of commands) servers.push(await startServer(command));
    return await use(servers);
  } finally {
    for (const server of servers) await server.stop();
  }
}
