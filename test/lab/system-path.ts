// Where the lab looks for programs.
import { delimiter } from "node:path";

const { PATH: callersPath = "" } = process.env;

/** The caller's PATH, then the folders of daemons, which Debian leaves out of the PATH of all but root. */
export const systemPath: readonly string[] = [
  ...callersPath.split(delimiter),
  "/usr/local/sbin",
  "/usr/sbin",
  "/sbin",
].filter((folder) => folder !== "");

/** The environment of every child of the lab: nothing of the caller's but where programs are. */
export function childEnvironment(
  home: string,
  additions: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { PATH: systemPath.join(delimiter), HOME: home, LC_ALL: "C.UTF-8", ...additions };
}
