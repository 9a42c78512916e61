// Host names of customers, put together: the watch over them, and what Caddy is told from memory.
import type { Report } from "./check/report.ts";
import type { Config } from "./config/config.ts";
import type { HostnamePolicy } from "./hostname/hostname.ts";
import { KeyedQueue } from "./limit/keyed-queue.ts";
import { loadOnce } from "./load-once.ts";
import type { HostnameCheck, HostnameWatch } from "./operate/hostname-watch.ts";
import { ServableNames } from "./operate/servable-names.ts";
import type { Store } from "./store/store.ts";
import type { CheckSurroundings, Surroundings } from "./surroundings.ts";
import type { ChallengePublisher } from "./zone/challenge-publisher.ts";

export interface HostnamesNeeds {
  readonly store: Store;
  readonly publishers: ReadonlyMap<string, ChallengePublisher>;
}

/** A check of any domain, with what the configuration says now. */
export type RunCheck = (
  request: Omit<HostnameCheck, "delegate"> & {
    readonly delegate: string | undefined;
    readonly ca?: string | undefined;
    readonly accountUri?: string | undefined;
    readonly method?: string | undefined;
  },
) => Promise<Report | undefined>;

/** What runs of it, and how it takes over what has changed in the configuration. */
export interface RunningHostnames {
  readonly servable: ServableNames;
  readonly check: RunCheck;
  /** As `check`, when it is the turn of the zone. */
  readonly checkInTurn: RunCheck;
  /** Checks that wait or are under way, but for what is due and has not begun. */
  busy(): number;
  /** As `busy`, and what is due. */
  waiting(): number;
  /** The watch, which begins with the first host name. */
  watch(): Promise<HostnameWatch>;
  /** Begins if there are host names; looks and reviews by the clock from then on. */
  start(): Promise<void>;
  /** Does now what is due. */
  run(): Promise<void>;
  renew(config: Config): void;
  stop(): Promise<void>;
}

/** Checks under way in all; each waits for others most of the time. */
const AT_ONCE = 24;
const LOOK_MS = 5_000;
const REVIEW_MS = 60_000;
const USUALLY: CheckSurroundings = { resolvers: [], authPort: 53, isByClock: true };
/** What checks are about where nobody has said it. */
export const USUAL_CA = "letsencrypt.org";
const USUAL_METHOD = "dns-01";

export function hostnamesOf(
  config: Config,
  { store, publishers }: HostnamesNeeds,
  surroundings: Surroundings,
): RunningHostnames {
  const {
    log,
    checks: { isByClock },
  } = { checks: USUALLY, ...surroundings };
  let current = config;
  const timers: NodeJS.Timeout[] = [];
  const servable = new ServableNames(store.hostnames);
  const check = checkBy(() => current, surroundings);
  // The engine takes memory: a server without host names does without.
  const queue = new KeyedQueue(AT_ONCE);
  const watch = loadOnce(async () => {
    const [{ HostnameWatch: Watch }, { registrableName }] = await Promise.all([
      import("./operate/hostname-watch.ts"),
      import("./check/public-suffix.ts"),
    ]);
    return new Watch({
      ...surroundings,
      store,
      publishers,
      check,
      queue,
      policy: () => policyOf(current),
      zoneKeyOf: registrableName,
    });
  });
  let begun: Promise<HostnameWatch> | undefined;
  let running: HostnameWatch | undefined;
  const begin = async (): Promise<void> => {
    if (begun !== undefined) return;
    begun = watch();
    const begins = await begun;
    running = begins;
    if (!isByClock) return;
    const every = (ms: number, work: () => Promise<void>): void => {
      timers.push(setInterval(oneAtATime(work, log), ms).unref());
    };
    every(LOOK_MS, () => begins.begin());
    every(REVIEW_MS, () => begins.review());
  };
  const beginQuietly = async (): Promise<void> => {
    try {
      await begin();
    } catch (err) {
      // It could not be loaded just now: the next host name tries again.
      begun = undefined;
      log.error({ err }, "host names are not looked after");
    }
  };
  store.hostnames.watch(() => void beginQuietly());
  return {
    servable,
    check,
    checkInTurn: async (request) => {
      const { registrableName } = await import("./check/public-suffix.ts");
      const looking = await watch();
      return queue.run(registrableName(request.domain), () =>
        looking.unnoticed(request, () => check(request)),
      );
    },
    busy: () => queue.length,
    waiting: () => running?.length ?? queue.length,
    watch,
    start: async () => {
      await servable.load();
      if (await store.hostnames.any()) await begin();
    },
    run: async () => {
      const looking = await watch();
      await looking.review();
      await looking.run();
    },
    renew: (renewed) => {
      current = renewed;
    },
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await (await begun)?.stop();
    },
  };
}

/** For a timer: what is not over yet is not begun again. */
function oneAtATime(work: () => Promise<void>, log: Surroundings["log"]): () => void {
  let isUnderWay = false;
  const run = async (): Promise<void> => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      await work();
    } catch (err) {
      log.error({ err }, "host names could not be looked after");
    }
    isUnderWay = false;
  };
  return () => void run();
}

function policyOf({ checks, policy }: Config): HostnamePolicy {
  return {
    confirmations: checks.confirmations,
    intervalMs: checks.intervalSeconds * 1000,
    staleAfterMs: checks.staleAfterSeconds * 1000,
    offboardAction: policy.offboardAction,
    offboardAfterMs: policy.offboardAfterSeconds * 1000,
    neverPointedAfterMs: policy.neverPointedAfterSeconds * 1000,
    edgeTargets: checks.edgeTargets,
  };
}

/** dns2 and the public suffix list are loaded with the first check. */
function checkBy(config: () => Config, surroundings: Surroundings): RunCheck {
  const { clock, newUuid, checks = USUALLY } = surroundings;
  return async ({ edgeTargets, ...request }) => {
    const [{ checkDomain }, { checkMeans }] = await Promise.all([
      import("./check/check-domain.ts"),
      import("./configured-check.ts"),
    ]);
    const asked = { ...checks, clock, newLabel: newUuid };
    const means = checkMeans(config(), asked);
    const { ca = USUAL_CA, method = USUAL_METHOD, accountUri } = request;
    return checkDomain(
      { ...request, ca, method, accountUri },
      { ...means, edgeTargets: edgeTargets ?? means.edgeTargets },
    );
  };
}
