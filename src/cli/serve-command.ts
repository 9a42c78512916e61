import { randomBytes } from "node:crypto";
import { v4 as uuidv4 } from "uuid";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load-config.ts";
import { openLog } from "../log.ts";
import { type RunningServer, startServer } from "../serve.ts";
import { ListenError } from "../server/listen-error.ts";
import { StoreError } from "../store/store.ts";
import { StaticRecordsError } from "../zone/static-records.ts";
import { banner } from "./banner.ts";
import { explainListenError } from "./explain-listen-error.ts";

/** Exit codes of `serve`: stopped by a signal; could not start, or a fault; usage or configuration. */
const STOPPED = 0;
const FAULT = 1;
const CONFIGURATION = 3;

type Environment = Readonly<Record<string, string | undefined>>;

/** Serves until SIGTERM or SIGINT. Returns the exit code; what went wrong is on standard error at every log level. */
export async function serveCommand(file: string | undefined, env: Environment): Promise<number> {
  // Whoever reads what we print may go away (a pager, a log collector); the server stays.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const signal = nextSignal();
  try {
    const config = loadConfig({ file, env });
    const server = await start(config);
    await signal;
    await server.close();
    return STOPPED;
  } catch (error) {
    return reportFatal(error);
  }
}

async function start(config: Config): Promise<RunningServer> {
  const log = openLog(config.log, process.stdout);
  for (const warning of config.warnings) log.warn({}, warning);
  const server = await startServer(config, {
    clock: Date.now,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    log,
  });
  const isQuiet = config.log.level !== "debug" && config.log.level !== "info";
  if (!isQuiet) process.stdout.write(`${banner(config, server)}\n`);
  // Scripts wait for this line: every socket is bound.
  process.stdout.write("ready\n");
  return server;
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
}

function reportFatal(error: unknown): number {
  const { lines, exitCode } = explain(error);
  for (const line of lines) process.stderr.write(`dnsvouch: ${line}\n`);
  return exitCode;
}

function explain(error: unknown): { lines: readonly string[]; exitCode: number } {
  if (error instanceof ConfigError) return { lines: error.problems, exitCode: CONFIGURATION };
  if (error instanceof StaticRecordsError) {
    const lines = error.problems.map((problem) => `general.records: ${problem}`);
    return { lines, exitCode: CONFIGURATION };
  }
  if (error instanceof ListenError) return { lines: [explainListenError(error)], exitCode: FAULT };
  if (error instanceof StoreError) {
    // The file named is not ours: it is the configuration that must change.
    const exitCode = error.code === "foreign_database" ? CONFIGURATION : FAULT;
    return { lines: [error.message], exitCode };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { lines: [`a fault of dnsvouch itself, please report it: ${text}`], exitCode: FAULT };
}
