import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { ApiBurst } from "./api-load.ts";
import type { HttpResult } from "./http-load.ts";

/** Clients of the API in a process of their own. */
export class ApiLoad {
  readonly #child: ChildProcess;

  /** `cpus`: as taskset has them. */
  constructor(cpus: string) {
    const script = join(import.meta.dirname, "api-load.ts");
    const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
    this.#child = spawn("taskset", ["-c", cpus, process.execPath, script], { stdio: [...stdio] });
  }

  /** Rejects if a request was not answered as it should be. */
  async run(burst: ApiBurst): Promise<HttpResult> {
    this.#child.send(burst);
    const [result]: HttpResult[] = await once(this.#child, "message");
    if (result === undefined) throw new Error("the clients of the API gave no result");
    if (result.wrong > 0) throw new Error(`${result.wrong} requests were refused`);
    return result;
  }

  stop(): void {
    this.#child.kill();
  }
}
