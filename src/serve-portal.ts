// The portal, put together: its listener, what its pages are made of, and the pages for customers on the API's.
import type { IncomingMessage, RequestListener } from "node:http";
import type { Socket } from "node:net";
import type { RefusalRecorder } from "./audit/refusal-recorder.ts";
import type { Config } from "./config/config.ts";
import { shownSettings, toToml } from "./config/shown-settings.ts";
import type { Finding } from "./doctor/finding.ts";
import { type ApiServer, createApiServer } from "./http/api-server.ts";
import { answerFault } from "./http/error-response.ts";
import { ConnectionTable } from "./limit/connection-table.ts";
import { loadOnce } from "./load-once.ts";
import type { ZoneDelegation } from "./operate/delegation.ts";
import { firstUser } from "./operate/first-user.ts";
import type { PortalOptions, PortalParts, ServerFacts } from "./portal/portal-parts.ts";
import type { RunningApi, SelfChecks } from "./serve-api.ts";
import { type RunningHostnames, USUAL_CA } from "./serve-hostnames.ts";
import { ListenError } from "./server/listen-error.ts";
import { listenStream } from "./server/listen-stream.ts";
import { type Store, StoreError } from "./store/store.ts";
import type { Surroundings } from "./surroundings.ts";

export interface PortalNeeds {
  readonly store: Store;
  readonly api: RunningApi;
  readonly apiPort: number;
  readonly hostnames: RunningHostnames;
  readonly refusals: RefusalRecorder;
  readonly readiness: SelfChecks;
  readonly lastBackupMs: () => number | undefined;
  /** Of portal.password_file; undefined: there is none. */
  readonly password: string | undefined;
}

/** Where the portal is. */
export interface PortalAddress {
  readonly address: string;
  readonly port: number;
  /** portal.admin_user */
  readonly user: string;
  /** Shown this once; undefined: there are users already, or a file has the password. */
  readonly oneTimePassword: string | undefined;
}

export interface RunningPortal {
  /** Undefined: it is off, or its address was taken. */
  readonly address: PortalAddress | undefined;
  drain(mostMs: number): Promise<void>;
}

const OFF: RunningPortal = { address: undefined, drain: async () => {} };

/** Few administer a server, and nobody may keep what DNS and the API need. */
const MOST_CONNECTIONS = 200;
const MOST_CONNECTIONS_OF_SOURCE = 50;

/** Serves the portal. An address that cannot be had costs the portal alone: no certificate waits for a page. */
export async function servePortal(
  config: Config,
  needs: PortalNeeds,
  surroundings: Surroundings,
): Promise<RunningPortal> {
  const { portal } = config;
  const { listen } = portal;
  if (!portal.enabled || listen === undefined) return OFF;
  const server = portalServer(config, needs, surroundings);
  try {
    const address = await listenStream(server.server, "portal", listen);
    const oneTimePassword = await makeFirstUser(config, needs, surroundings);
    return {
      address: { ...address, user: portal.adminUser, oneTimePassword },
      drain: (mostMs) => server.drain(mostMs),
    };
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const { log } = surroundings;
    const level = config.settings.has("portal.listen") ? "error" : "warn";
    log[level]({}, `there is no portal: ${error.message}; set portal.listen, "" for none`);
    return OFF;
  }
}

/** What cannot be written just now is written at the next start: DNS does not wait for it. */
async function makeFirstUser(
  { portal }: Config,
  { store: { users } }: PortalNeeds,
  { clock, randomOctets, log }: Surroundings,
): Promise<string | undefined> {
  try {
    const password = await firstUser({ users, portal, clock, randomOctets });
    const { adminUser, passwordFile } = portal;
    if (passwordFile !== "" && (await users.find(adminUser)) === undefined) {
      const way = `dnsvouch admin passwd NAME --generate, for one who is there, then add ${adminUser} in Settings`;
      log.warn(
        {},
        `portal.password_file opens nothing: there are users, and ${adminUser} is none of them. Set portal.admin_user to one of them, or: ${way}`,
      );
    }
    return password;
  } catch (err) {
    if (!(err instanceof StoreError)) throw err;
    const advice = "restart, or run dnsvouch admin passwd, when it can be written";
    log.error(
      { err },
      `the portal has no user yet, since the storage cannot be written: ${advice}`,
    );
    return undefined;
  }
}

function portalServer(config: Config, needs: PortalNeeds, surroundings: Surroundings): ApiServer {
  const { sources } = needs.api.parts;
  const table = new ConnectionTable<Socket>({
    connections: MOST_CONNECTIONS,
    connectionsPerSource: MOST_CONNECTIONS_OF_SOURCE,
  });
  const connections = {
    table,
    sourceOf: (socket: Socket) => sources.ofConnection(socket, false),
  };
  return createApiServer(pages(config, needs, surroundings), connections, () => {});
}

/** Express and the pages come with the first request for one. */
function pages(config: Config, needs: PortalNeeds, surroundings: Surroundings): RequestListener {
  const { log } = surroundings;
  const app = loadOnce(async () => {
    const { createPortal } = await import("./portal/portal-app.ts");
    return createPortal(await partsOf(config, needs, surroundings));
  });
  return (req, res) => {
    app().then(
      (listener) => listener(req, res),
      (error: unknown) => {
        answerFault(error, { method: req.method ?? "", route: undefined }, res, log);
      },
    );
  };
}

async function partsOf(
  { portal }: Config,
  needs: PortalNeeds,
  surroundings: Surroundings,
): Promise<PortalParts> {
  const [
    { SignIn },
    { Operations },
    { v1Routes },
    { Registrations },
    { Flashes },
    { RunsInMemory },
  ] = await Promise.all([
    import("./portal/sign-in/sign-in.ts"),
    import("./http/v1/operations.ts"),
    import("./http/v1/v1-router.ts"),
    import("./http/v1/registrations.ts"),
    import("./portal/flashes.ts"),
    import("./portal/doctor/doctor-runs.ts"),
  ]);
  const [
    { Sessions },
    { CsrfTokens },
    { LoginThrottle },
    { PasswordCheck },
    { BcryptShare },
    { apiUrl },
  ] = await Promise.all([
    import("./portal/sign-in/sessions.ts"),
    import("./portal/sign-in/csrf.ts"),
    import("./portal/sign-in/login-throttle.ts"),
    import("./portal/sign-in/check-password.ts"),
    import("./delegate/bcrypt-share.ts"),
    import("./portal/api-url.ts"),
  ]);
  const { store, api, hostnames, refusals, password } = needs;
  const { clock, randomOctets, log } = surroundings;
  const { sources } = api.parts;
  const bcryptQueue = new BcryptShare(api.parts.bcryptQueue);
  const means = await api.parts.v1();
  const options = optionsOf(needs);
  const userOfFile = password === undefined ? undefined : portal.adminUser;
  const fromFile = password === undefined ? undefined : { userName: portal.adminUser, password };
  const signIn = new SignIn({
    store,
    sources,
    refusals,
    bcryptQueue,
    clock,
    log,
    sessions: new Sessions({ randomOctets, maxSeconds: portal.sessionSeconds }),
    csrf: new CsrfTokens(randomOctets),
    throttle: new LoginThrottle(),
    passwords: new PasswordCheck({ users: store.users, bcryptQueue, fromFile }),
    insecure: portal.insecure,
    trustedUserHeader: portal.trustedUserHeader,
    userOfFile,
  });
  const serverUrl = ({ req }: { readonly req: IncomingMessage }): string =>
    apiUrl(options(), signIn.reached(req));
  const v1 = { ...means, serverUrl, registrations: new Registrations(api.parts) };
  return {
    store,
    clock,
    randomOctets,
    log,
    sources,
    means,
    operations: new Operations(v1Routes(api.parts, v1)),
    watch: () => hostnames.watch(),
    signIn,
    flashes: new Flashes(),
    doctor: new RunsInMemory({
      examine: () => examineHere(api.config(), surroundings),
      clock,
      log,
    }),
    server: factsOf(needs, clock),
    delegations: () => delegationsHere(api.config()),
    options,
  };
}

/** Reading all keys for each part of a page would take longer than the rest of it. */
function optionsOf({ api, apiPort }: PortalNeeds): () => PortalOptions {
  let known: { readonly config: Config; readonly options: PortalOptions } | undefined;
  return () => {
    const config = api.config();
    if (known?.config !== config) {
      const settings = shownSettings(config).map(({ section, key, value, origin }) => {
        return { section, key, value: toToml(value), origin };
      });
      const options = {
        zone: config.registrationZone,
        baseUrl: config.api.baseUrl,
        apiPort,
        ca: USUAL_CA,
        settings,
        registration: config.api.registration,
      };
      known = { config, options };
    }
    return known.options;
  };
}

/** How old what is shown of the server may be: to find out, a row is written and sockets are asked. */
const REMEMBERED_MS = 30_000;

function factsOf(
  { readiness, lastBackupMs, api }: PortalNeeds,
  clock: () => number,
): () => Promise<ServerFacts> {
  let last: { readonly atMs: number; readonly checks: ServerFacts["checks"] } | undefined;
  return async () => {
    const ageMs = clock() - (last?.atMs ?? Number.NEGATIVE_INFINITY);
    if (last === undefined || ageMs > REMEMBERED_MS || ageMs < 0) {
      last = { atMs: clock(), checks: await readiness.checks() };
    }
    const { dir, everySeconds: backupEverySeconds } = api.config().backup;
    const makesBackups = dir !== "";
    return { checks: last.checks, lastBackupMs: lastBackupMs(), makesBackups, backupEverySeconds };
  };
}

async function examineHere(
  config: Config,
  { clock, newUuid, checks }: Surroundings,
): Promise<readonly Finding[]> {
  const [{ examine }, { configuredZones }] = await Promise.all([
    import("./examine.ts"),
    import("./zones.ts"),
  ]);
  const { zones, warnings } = configuredZones(config);
  return examine({
    config,
    zones,
    warnings: [...config.warnings, ...warnings],
    ca: USUAL_CA,
    resolvers: checks?.resolvers ?? [],
    authPort: checks?.authPort ?? DNS_PORT,
    clock,
    newLabel: newUuid,
    isThisServer: true,
  });
}

const DNS_PORT = 53;

async function delegationsHere(config: Config): Promise<readonly ZoneDelegation[]> {
  const [{ delegationsOfConfig }, { configuredZones }] = await Promise.all([
    import("./configured-delegations.ts"),
    import("./zones.ts"),
  ]);
  return delegationsOfConfig({ config, zones: configuredZones(config).zones });
}
