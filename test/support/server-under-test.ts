import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v4 as uuidv4 } from "uuid";
import { inject } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Log } from "../../src/log.ts";
import { type RunningServer, startServer } from "../../src/serve.ts";
import type { DnsThreads } from "../../src/server/dns-threads.ts";

type Settings = Readonly<Record<string, string>>;

/** A whole server in this process, on ports of its own and a database in a folder of its own. */
export interface ServerUnderTest {
  readonly folder: string;
  readonly dnsPort: number;
  readonly httpPort: number;
  readonly url: string;
  /** Where its metrics are; they are off unless a test sets metrics.listen. */
  readonly metricsUrl: string;
  /** Where its portal is; there is none unless a test sets portal.listen. */
  readonly portalUrl: string;
  /** Of the first administrator, whom this start has made; undefined: there was one. */
  readonly oneTimePassword: string | undefined;
  /** The threads that answer DNS. */
  readonly threads: DnsThreads;
  /** What it has logged as errors since it was started, oldest first. */
  readonly errors: readonly string[];
  /** What it has warned of since it was started, oldest first. */
  readonly warnings: readonly string[];
  /** Does now what it does to its data once a minute. */
  upkeep(): Promise<void>;
  /** Looks now at the host names that are due. */
  lookAtHostnames(): Promise<void>;
  /** Stops it and starts it again on the same data, with other settings if given; the ports are others then. */
  restart(env?: Settings): Promise<ServerUnderTest>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** `env`: settings as environment variables; the defaults are ports 0 and the zone auth.example.org. */
export async function startServerUnderTest(
  env: Settings = {},
  folder: string = mkdtempSync(join(tmpdir(), "dnsvouch-")),
  clock: () => number = Date.now,
): Promise<ServerUnderTest> {
  const warnings: string[] = [];
  const errors: string[] = [];
  const running = await startServer(configOf(env, folder), {
    clock,
    randomOctets: randomBytes,
    newUuid: uuidv4,
    log: logTo(warnings, errors),
    // What a test does not ask for does not happen in the middle of it.
    checks: { resolvers: [], authPort: 53, isByClock: false },
  });
  return underTest(running, { env, folder, clock }, { warnings, errors });
}

function logTo(warnings: string[], errors: string[]): Log {
  const ignore = (): void => {};
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const error = (_fields: object, message: string): void => void errors.push(message);
  return { debug: ignore, info: ignore, warn, error };
}

function configOf(env: Settings, folder: string) {
  return loadConfig({
    file: undefined,
    searched: [],
    env: {
      DNSVOUCH_LISTEN: "127.0.0.1:0",
      DNSVOUCH_API_PORT: "0",
      DNSVOUCH_DB: join(folder, "dnsvouch.db"),
      DNSVOUCH_DNS_IO: inject("io"),
      DNSVOUCH_METRICS_LISTEN: "",
      DNSVOUCH_PORTAL_LISTEN: "",
      // Each thread costs a tenth of a second at every start: tests about several ask for them.
      DNSVOUCH_DNS_WORKERS: "1",
      // Whole files of tests come from one address: those that are about the limits set them.
      DNSVOUCH_LIMITS_REGISTER_PER_SOURCE_PER_HOUR: "0",
      DNSVOUCH_LIMITS_REGISTER_PER_DAY: "0",
      DNSVOUCH_LIMITS_AUTH_FAILURES_PER_SOURCE_PER_MINUTE: "0",
      ...env,
    },
  });
}

function underTest(
  running: RunningServer,
  { env, folder, clock }: { env: Settings; folder: string; clock: () => number },
  logged: Pick<ServerUnderTest, "warnings" | "errors">,
): ServerUnderTest {
  return {
    folder,
    dnsPort: running.dns[0]?.port ?? 0,
    httpPort: running.http.port,
    url: `http://127.0.0.1:${running.http.port}`,
    metricsUrl: `http://127.0.0.1:${running.metrics?.port}`,
    portalUrl: `http://127.0.0.1:${running.portal?.port}`,
    oneTimePassword: running.portal?.oneTimePassword,
    threads: running.threads,
    ...logged,
    upkeep: () => running.upkeep(),
    lookAtHostnames: () => running.lookAtHostnames(),
    restart: async (changed = env) => {
      await running.close();
      return startServerUnderTest(changed, folder, clock);
    },
    remove: async () => {
      await running.close();
      rmSync(folder, { recursive: true });
    },
  };
}
