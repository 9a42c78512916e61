import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { ThreadControl } from "./thread-control.ts";
import type { ToThread } from "./thread-message.ts";

/** What the thread is told: by messages, and where it has no time for those by a look before each turn. */
export class ThreadNews {
  readonly #port: MessagePort;
  readonly #control: ThreadControl;
  readonly #onCommand: (what: "serve" | "stop") => void;
  #seen = 0;
  #data: object | undefined;

  constructor(
    port: MessagePort,
    control: ThreadControl,
    onCommand: (what: "serve" | "stop") => void,
  ) {
    this.#port = port;
    this.#control = control;
    this.#onCommand = onCommand;
    port.on("message", (what: ToThread) => this.#hear(what));
  }

  /** Once: what it would be started with now; undefined if that has not changed. */
  take(): object | undefined {
    const { news } = this.#control;
    if (news !== this.#seen) {
      this.#seen = news;
      for (
        let next = receiveMessageOnPort(this.#port);
        next !== undefined;
        next = receiveMessageOnPort(this.#port)
      ) {
        this.#hear(next.message);
      }
    }
    const data = this.#data;
    this.#data = undefined;
    return data;
  }

  #hear(what: ToThread): void {
    if (typeof what === "object") this.#data = what.data;
    else this.#onCommand(what);
  }
}
