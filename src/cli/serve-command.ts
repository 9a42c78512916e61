import { randomBytes } from "node:crypto";
import { v4 as uuidv4 } from "uuid";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Flags } from "../config/flags.ts";
import { isLoopbackAddress } from "../config/listen-address.ts";
import { loadConfig } from "../config/load-config.ts";
import { type OpenedLog, openLog } from "../log.ts";
import { type RunningServer, startServer } from "../serve.ts";
import { version } from "../version.ts";
import { StaticRecordsError } from "../zone/static-records.ts";
import { banner, type FirstStart, portalLine } from "./banner.ts";
import type { Environment } from "./define-command.ts";
import { FINISHED, reportFatal } from "./exit.ts";
import { printJson } from "./print.ts";

export interface ServeOptions extends Flags {
  readonly config?: string;
  readonly dryRun?: boolean;
}

/** Serves until SIGTERM or SIGINT. Returns the exit code; what went wrong is on standard error at every log level. */
export async function serveCommand(options: ServeOptions, env: Environment): Promise<number> {
  // Whoever reads what we print may go away (a pager, a log collector); the server stays.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const signal = nextSignal();
  const hangup = onHangup();
  try {
    const config = loadConfig({ file: options.config, env, flags: options });
    const log = openLog(config.log, process.stdout);
    const server = await start(config, log, env, options.json === true);
    let reading = Promise.resolve();
    hangup.onEach(() => {
      reading = reading.then(() => readAgain(server, log, options, env));
    });
    const name = await signal;
    log.info({ signal: name }, "stopping; another signal ends it at once");
    await server.close();
    return FINISHED;
  } catch (error) {
    return reportFatal(error);
  }
}

async function start(
  config: Config,
  log: OpenedLog,
  env: Environment,
  isJson: boolean,
): Promise<RunningServer> {
  for (const warning of config.warnings) log.warn({}, warning);
  const server = await startServer(config, {
    clock: Date.now,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    log,
  });
  if (config.api.registration === "open" && !isLoopbackAddress(server.http.address)) {
    log.warn(
      {},
      'api.registration is "open": whoever reaches /register can create delegates; DNSVOUCH_REGISTRATION=token closes it',
    );
  }
  if (isJson) {
    const { dns, http, metrics = null } = server;
    const portal = portalOf(server);
    printJson({ msg: "ready", version: version(), dns, http, metrics, portal });
    return server;
  }
  const isQuiet = config.log.level !== "debug" && config.log.level !== "info";
  if (!isQuiet) {
    const first = server.isFirstStart ? await firstStart(config, env) : undefined;
    process.stdout.write(`${banner(config, server, first)}\n`);
  } else if (server.portal?.oneTimePassword !== undefined) {
    // Nobody is told of it another time.
    process.stdout.write(`${portalLine(server.portal)}\n`);
  }
  // Scripts wait for this line: every socket is bound.
  process.stdout.write("ready\n");
  return server;
}

/** As scripts read it. */
function portalOf({ portal }: RunningServer): object | null {
  if (portal === undefined) return null;
  const { oneTimePassword, ...rest } = portal;
  return { ...rest, one_time_password: oneTimePassword };
}

async function firstStart(config: Config, env: Environment): Promise<FirstStart> {
  const { configuredZones } = await import("../zones.ts");
  const { delegationsOfConfig } = await import("../configured-delegations.ts");
  const { zones } = configuredZones(config);
  const origins = new Set([...config.settings.values()].map(({ origin }) => origin));
  return {
    delegations: delegationsOfConfig({ config, zones }),
    variables: [...origins].filter((origin) => origin in env).length,
  };
}

/** SIGHUP: opens the log file anew, and takes over what can be. What is wrong with the configuration leaves all as it was. */
async function readAgain(
  server: RunningServer,
  log: OpenedLog,
  options: ServeOptions,
  env: Environment,
): Promise<void> {
  try {
    log.reopen();
    const next = loadConfig({ file: options.config, env, flags: options });
    const { changed, waiting } = await server.renew(next);
    if (changed.includes("logconfig.loglevel")) log.setLevel(next.log.level);
    log.info({ changed }, "the configuration was read again");
    if (waiting.length > 0) log.warn({ waiting }, "these keys wait for the next start");
  } catch (error) {
    const problems =
      error instanceof ConfigError || error instanceof StaticRecordsError
        ? error.problems
        : [error instanceof Error ? error.message : String(error)];
    log.error(
      { problems },
      "the configuration was not taken over, and the server goes on with the one before: mend it and send SIGHUP again",
    );
  }
}

/** From now on SIGHUP does not end the process. Those that come before there is something to do count as one. */
function onHangup(): { onEach(work: () => void): void } {
  let isWaiting = false;
  let work = (): void => {
    isWaiting = true;
  };
  process.on("SIGHUP", () => work());
  return {
    onEach: (given) => {
      work = given;
      if (isWaiting) given();
    },
  };
}

/** The first of them. The next one does what it does to any process: it ends it. */
function nextSignal(): Promise<NodeJS.Signals> {
  const signals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT"];
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      for (const each of signals) process.off(each, onSignal);
      resolve(signal);
    };
    for (const each of signals) process.on(each, onSignal);
  });
}
