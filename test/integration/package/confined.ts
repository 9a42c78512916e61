// Runs a server once under the restrictions of a container, by serve-confined.sh.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { childEnvironment } from "../../lab/system-path.ts";

const SCRIPT = resolve(import.meta.dirname, "../../lab/serve-confined.sh");

export interface Confined {
  /** The root of the server's file system. */
  readonly root: string;
  readonly folder: string;
  readonly uid: number;
  /** Whether the user owns the folder of the data; if not, it is sticky as in the image. */
  readonly ownsData: boolean;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Without `serve`. */
  readonly command: readonly string[];
}

/** What the script has printed, and where the data is. */
export function serveConfined(confined: Confined): {
  readonly output: string;
  readonly data: string;
} {
  const { root, folder, uid, ownsData, port, env, command } = confined;
  const data = mkdtempSync(join(folder, "data-"));
  chmodSync(folder, 0o755);
  if (ownsData) chownSync(data, uid, uid);
  else chmodSync(data, 0o1777);
  const file = join(folder, "environment");
  const withData = Object.entries(env).map(
    ([key, value]) => `${key}=${value.replace("DATA", data)}`,
  );
  writeFileSync(file, `${withData.join("\n")}\n`);
  const args = [root, data, String(uid), String(port), file, ...command];
  try {
    const output = execFileSync(SCRIPT, args, {
      env: childEnvironment(folder),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    return { output, data };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}${stderr}`, { cause: error });
  }
}
