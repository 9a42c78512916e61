import { closeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { ListenError } from "./listen-error.ts";
import type { ThreadControl } from "./thread-control.ts";
import type { BoundAddress, FromThread, ToThread } from "./thread-message.ts";
import type { ThreadTask } from "./thread-plan.ts";

export interface DnsThreadsOptions {
  /** The module that a thread runs. */
  readonly module: URL;
  readonly tasks: readonly ThreadTask[];
  /** What a thread is given with its task, as `workerData`. */
  readonly data: object;
  readonly control: ThreadControl;
  /** Called when a thread has died, before it is replaced. */
  readonly onDeath: (task: ThreadTask) => void;
  readonly onFault: (error: unknown) => void;
  /** One of the queries that are logged. */
  readonly onSample: (sample: Extract<FromThread, { kind: "sample" }>) => void;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** A thread that lives for less than that is replaced after a pause, which doubles each time. */
const CALM_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** What a thread may take to stop. */
const STOP_MS = 2_000;
/** The parts of the heap that new objects go through. What a query leaves behind dies young. */
const YOUNG_GENERATION_MIB = 1;

/** The threads that answer DNS. One that dies is replaced. */
export class DnsThreads {
  readonly #options: DnsThreadsOptions;
  readonly #threads: readonly DnsThread[];

  private constructor(options: DnsThreadsOptions) {
    this.#options = options;
    this.#threads = options.tasks.map((task) => new DnsThread(task, options));
  }

  /** Resolves when all of them have bound. Rejects with ListenError, and all are stopped then. */
  static async start(options: DnsThreadsOptions): Promise<DnsThreads> {
    const threads = new DnsThreads(options);
    try {
      await Promise.all(threads.#threads.map((thread) => thread.start()));
      return threads;
    } catch (error) {
      await threads.close();
      throw error;
    }
  }

  /** The addresses at which they were bound at the start, each once. */
  get bound(): readonly BoundAddress[] {
    const udp = this.#threads.find(({ task }) => task.udp !== undefined);
    const tcp = this.#threads.find(({ task }) => task.tcp);
    return [...new Set([tcp, udp])].flatMap((thread) => thread?.bound ?? []);
  }

  /** From now on they answer, and so do those that replace them. */
  serve(): void {
    for (const thread of this.#threads) thread.serve();
  }

  /** From now on, and before the next query, they answer by this data, and so do those that replace them. */
  renew(data: object): void {
    for (const thread of this.#threads) thread.renew(data);
    this.#options.control.announceNews();
  }

  /** Ends a thread at once, as a fault of its own would. Resolves when another has taken its place. */
  async kill(number: number): Promise<void> {
    await this.#threads.find(({ task }) => task.number === number)?.kill();
  }

  async close(): Promise<void> {
    this.#options.control.stop();
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}

/** One of them through its lives. */
class DnsThread {
  readonly task: ThreadTask;
  bound: readonly BoundAddress[] = [];
  readonly #options: DnsThreadsOptions;
  #data: object;
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #isServing = false;
  #isStopping = false;
  #pauseMs = 0;
  #pause: NodeJS.Timeout | undefined;
  #onReplaced: () => void = () => {};

  constructor(task: ThreadTask, options: DnsThreadsOptions) {
    this.task = task;
    this.#options = options;
    this.#data = options.data;
  }

  /** Resolves when it has bound for the first time. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      let hasBound = false;
      const onBound = (): void => {
        hasBound = true;
        resolve();
      };
      this.#run(onBound, (error) => {
        if (hasBound) return;
        this.#isStopping = true;
        reject(error);
      });
    });
  }

  serve(): void {
    this.#isServing = true;
    this.#tell("serve");
  }

  renew(data: object): void {
    this.#data = data;
    this.#tell({ kind: "renew", data });
  }

  async kill(): Promise<void> {
    const replaced = new Promise<void>((resolve) => {
      this.#onReplaced = resolve;
    });
    await this.#worker?.terminate();
    await replaced;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#pause);
    this.#tell("stop");
    const deadline = setTimeout(() => void this.#worker?.terminate(), STOP_MS);
    await this.#exited;
    clearTimeout(deadline);
  }

  #tell(what: ToThread): void {
    this.#worker?.postMessage(what);
  }

  /** One life. `onRefused` hears of what could not be bound, and of a death before that. */
  #run(onBound: () => void, onRefused: (error: Error) => void): void {
    const { module, log, onFault, onSample } = this.#options;
    const { task } = this;
    let cause: Error | undefined;
    const begunMs = performance.now();
    const wasCalm = (): boolean => performance.now() - begunMs > CALM_MS;
    const worker = new Worker(module, {
      name: `dns ${task.number}`,
      workerData: { ...this.#data, task },
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
    this.#worker = worker;
    worker.on("message", (message: FromThread) => {
      switch (message.kind) {
        case "bound":
          this.bound = message.addresses;
          if (this.#isServing) this.#tell("serve");
          return onBound();
        case "refused":
          cause = listenErrorOf(message);
          return onRefused(cause);
        case "notice":
          return log.info({}, message.what);
        case "warning":
          return log.warn({}, message.problem);
        case "sample":
          return onSample(message);
        case "fault":
          return onFault(message.error);
      }
    });
    worker.on("error", (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      worker.on("exit", () => {
        this.#worker = undefined;
        this.#tidyUp();
        if (!this.#isStopping) onRefused(cause ?? new Error("it ended without a reason"));
        // A start that has failed is over: it is told now, and nothing takes its place.
        if (!this.#isStopping) this.#replace(cause, wasCalm());
        resolve();
      });
    });
  }

  /** Closes what the dead thread has left open. */
  #tidyUp(): void {
    for (const descriptor of this.#options.control.takeSockets(this.task.number)) {
      closeSync(descriptor);
    }
    this.#options.onDeath(this.task);
  }

  #replace(cause: Error | undefined, wasCalm: boolean): void {
    const pauseMs = wasCalm ? 0 : this.#pauseMs;
    this.#pauseMs = wasCalm ? 0 : Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    const number = this.task.number;
    this.#options.log.error(
      { err: cause },
      `thread ${number} of DNS has ended; another one takes its place ${pauseMs === 0 ? "at once" : `in ${pauseMs} ms`}`,
    );
    const run = (): void => this.#run(this.#onReplaced, () => {});
    if (pauseMs === 0) run();
    else this.#pause = setTimeout(run, pauseMs);
  }
}

function listenErrorOf(message: Extract<FromThread, { kind: "refused" }>): ListenError {
  const { endpoint, code } = message;
  return new ListenError(endpoint, Object.assign(new Error(message.message), { code }));
}
