import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { BcryptQueue } from "../delegate/bcrypt-queue.ts";
import {
  generateOneTimePassword,
  hashOneTimePassword,
  whyNotPassword,
} from "../delegate/password.ts";
import { isUserName, USER_NAME_FORM } from "../delegate/user-name.ts";
import { performAct } from "./act-command.ts";
import { askPassword } from "./ask-password.ts";
import type { CommonOptions, RunContext } from "./define-command.ts";
import { CONFIGURATION, CommandError, FAULT, FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export interface PasswdOptions extends CommonOptions {
  readonly generate?: boolean;
}

/**
 * Sets the password of somebody who uses the portal, by default of the first administrator. What was typed stays in
 * this process: the server gets a hash. Returns the exit code.
 */
export async function adminPasswd(
  name: string | undefined,
  { config: file, generate, json }: PasswdOptions,
  { env, randomOctets }: Pick<RunContext, "env" | "randomOctets">,
): Promise<number> {
  const config = loadConfig({ file, env });
  const user = name ?? config.portal.adminUser;
  refuseOthers(config, user);
  const oneTimePassword = generate === true ? generateOneTimePassword(randomOctets) : undefined;
  const hash =
    oneTimePassword === undefined
      ? await hashOf(await askPassword(user))
      : Buffer.from(hashOneTimePassword(oneTimePassword)).toString("hex");
  const isFirst = user === config.portal.adminUser;
  const done = await performAct(config, "user.password", { name: user, hash, isFirst });
  if (json === true) {
    printJson({ ...(done as object), one_time_password: oneTimePassword });
    return FINISHED;
  }
  process.stderr.write(
    oneTimePassword === undefined
      ? `the password of ${user} is set; who was signed in with another one is signed out\n`
      : `one-time password of ${user}: it is shown this once, and asks for another one at the first login\n`,
  );
  if (oneTimePassword !== undefined) process.stdout.write(`${oneTimePassword}\n`);
  return FINISHED;
}

function refuseOthers({ portal }: Config, user: string): void {
  if (!isUserName(user)) throw new CommandError(CONFIGURATION, `a user name has ${USER_NAME_FORM}`);
  if (portal.passwordFile === "" || user !== portal.adminUser) return;
  throw new CommandError(
    CONFIGURATION,
    `portal.password_file says the password of ${user}: change that file, ${portal.passwordFile}, and restart the server. If ${user} is no user yet, sign in as one who is, with dnsvouch admin passwd NAME --generate, and add ${user} in Settings`,
  );
}

async function hashOf(password: string): Promise<string> {
  const problem = whyNotPassword(password);
  if (problem !== undefined) throw new CommandError(FAULT, problem);
  const hash = await new BcryptQueue(0).hash(password);
  return Buffer.from(hash).toString("latin1");
}
