// A program of the lab that runs to its end.
import { execFile } from "node:child_process";
import { commandIn, here, type Place } from "./place.ts";
import { childEnvironment } from "./system-path.ts";

const limitMilliseconds = 60_000;

export interface CommandOptions {
  /** Working folder, and HOME. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly place?: Place;
}

/**
 * Runs a program; its standard output.
 * @throws Error with both its streams if it does not exit with 0 within a minute.
 */
export function run(
  command: string,
  args: readonly string[],
  { folder, environment, place = here }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      env: childEnvironment(folder, environment),
      timeout: limitMilliseconds,
    };
    const child = execFile(...commandIn(place, command, args), options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
    // Clients that would ask a person something see the end of their input instead.
    child.stdin?.end();
  });
}
