import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { performAct } from "./act-command.ts";
import { certificateName } from "./certificate-name.ts";
import type { CommonOptions, Environment } from "./define-command.ts";
import { type ExportOptions, printForClient } from "./delegate-export.ts";
import { oneNamed, printKeys, shownKey, withRecords } from "./delegates-command.ts";
import { FINISHED } from "./exit.ts";
import { instant, printJson } from "./print.ts";

export interface KeyOptions extends CommonOptions, ExportOptions {}

export interface RotateOptions extends KeyOptions {
  /** Seconds. */
  readonly overlap: number;
}

/** Prints the keys of a delegate. Returns the exit code, as all of these do. */
export function keysList(
  name: string,
  { config: file, json }: CommonOptions,
  env: Environment,
  nowMs: number,
): number {
  return withRecords(loadConfig({ file, env }), (records) => {
    const keys = records.keysOf(oneNamed(records, name, nowMs).id);
    if (json === true) printJson(keys.map(shownKey));
    else printKeys(keys);
    return FINISHED;
  });
}

export function keysAdd(name: string, options: KeyOptions, env: Environment): Promise<number> {
  return makeKey("credential.create", { delegate: name }, options, env);
}

export function keysRotate(
  name: string,
  options: RotateOptions,
  env: Environment,
  nowMs: number,
): Promise<number> {
  const { overlap } = options;
  const until = instant(nowMs + overlap * 1000);
  const args = { delegate: name, overlapSeconds: overlap };
  return makeKey("credential.rotate", args, options, env, `The key before works until ${until}.`);
}

/** A delegate that comes back has a new key alone. */
export function delegatesRestore(
  name: string,
  options: KeyOptions,
  env: Environment,
): Promise<number> {
  const what = "It is back in DNS, without values; the keys of before are dead.";
  return makeKey("delegate.restore", { delegate: name }, options, env, what);
}

export async function keysRevoke(
  name: string,
  id: number,
  { config: file, json }: CommonOptions,
  env: Environment,
): Promise<number> {
  const args = { delegate: name, id };
  const result = await performAct(loadConfig({ file, env }), "credential.revoke", args);
  const { delegate } = result as { delegate: string };
  if (json === true) printJson({ delegate, id, revoked: true });
  else process.stdout.write(`key ${id} of ${delegate} is revoked\n`);
  return FINISHED;
}

async function makeKey(
  act: string,
  args: object,
  options: KeyOptions,
  env: Environment,
  what?: string,
): Promise<number> {
  const config = loadConfig({ file: options.config, env });
  // What is wrong with it is said before a key is made.
  if (options.domain !== undefined) certificateName(options.domain);
  const made = (await performAct(config, act, args)) as {
    readonly delegate: string;
    readonly username: string;
    readonly key: string;
  };
  printKey(config, made, options);
  process.stderr.write("The password is shown this once: keep it.\n");
  if (what !== undefined) process.stderr.write(`${what}\n`);
  return FINISHED;
}

function printKey(
  config: Config,
  made: { readonly delegate: string; readonly username: string; readonly key: string },
  options: KeyOptions,
): void {
  const { delegate: fulldomain, username, key: password } = made;
  const format = options.json === true ? "json" : options.format;
  if (format === undefined) {
    process.stdout.write(
      `fulldomain  ${fulldomain}\nusername    ${username}\npassword    ${password}\n`,
    );
  } else if (format === "json") {
    const [subdomain = ""] = fulldomain.split(".");
    process.stdout.write(`${JSON.stringify({ username, password, fulldomain, subdomain })}\n`);
  } else {
    printForClient(config, { fulldomain, username, password, allowfrom: [] }, format, options);
  }
}
