// Builds the image without a container engine: a Debian of the base image's release by debootstrap, Node and
// npm in it as the official image has them, and then the steps of the Dockerfile in a chroot.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { childEnvironment } from "../../lab/system-path.ts";
import {
  type Instruction,
  parseDockerfile,
  parseEnv,
  type Stage,
} from "../../support/dockerfile.ts";

const REPOSITORY = resolve(import.meta.dirname, "../../..");
const NODE = resolve(REPOSITORY, "node_modules/node");

export interface BuiltImage {
  readonly root: string;
  readonly env: ReadonlyMap<string, string>;
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** The Node that npm has installed here, which the base image must have, too. */
export function nodeVersion(): string {
  return (JSON.parse(readFileSync(join(NODE, "package.json"), "utf8")) as { version: string })
    .version;
}

/** Builds the last stage below `folder`. Throws with the output of a step that fails. */
export function buildImage(folder: string): BuiltImage {
  const { stages } = parseDockerfile(readFileSync(join(REPOSITORY, "Dockerfile"), "utf8"));
  const base = join(folder, "base");
  debootstrap(base);
  installNode(base);
  const roots = new Map<string, string>();
  let last: BuiltImage | undefined;
  for (const stage of stages) {
    const root = mkdtempSync(join(folder, "stage-"));
    run("cp", ["-a", `${base}/.`, root]);
    last = buildStage(stage, root, roots);
    roots.set(stage.name, root);
  }
  if (last === undefined) throw new Error("the Dockerfile has no stage");
  return last;
}

function debootstrap(root: string): void {
  run("debootstrap", ["--variant=minbase", "bookworm", root]);
}

/** node in /usr/local/bin, npm in /usr/local/lib: as the image of Node has them. */
function installNode(root: string): void {
  cpSync(realpathSync(join(NODE, "bin/node")), join(root, "usr/local/bin/node"));
  const npm = dirname(dirname(realpathSync(run("which", ["npm"]).trim())));
  const modules = join(root, "usr/local/lib/node_modules");
  mkdirSync(modules, { recursive: true });
  cpSync(npm, join(modules, "npm"), { recursive: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
  // Where packages come from is a matter of this machine.
  cpSync("/etc/resolv.conf", join(root, "etc/resolv.conf"));
  const registry = run("npm", ["config", "get", "registry"]).trim();
  mkdirSync(join(root, "usr/local/etc"), { recursive: true });
  writeFileSync(join(root, "usr/local/etc/npmrc"), `registry=${registry}\n`);
  cpSync("/etc/hosts", join(root, "etc/hosts"));
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  if (authorities !== undefined)
    cpSync(realpathSync(authorities), join(root, "usr/local/etc/ca.pem"));
}

function buildStage(
  { instructions }: Stage,
  root: string,
  others: ReadonlyMap<string, string>,
): BuiltImage {
  const env = new Map<string, string>();
  const found = new Map<string, string>();
  let folder = "/";
  const steps: Readonly<Record<string, (instruction: Instruction) => void>> = {
    WORKDIR: ({ rest }) => {
      folder = rest;
      mkdirSync(join(root, folder), { recursive: true });
    },
    COPY: (instruction) => copy(instruction, root, folder, others),
    ENV: ({ rest }) => {
      for (const [key, value] of parseEnv(rest)) env.set(key, value);
    },
    RUN: ({ rest }) => runInside(root, folder, env, rest),
  };
  for (const instruction of instructions) {
    const step = steps[instruction.name];
    if (step === undefined) found.set(instruction.name, instruction.rest);
    else step(instruction);
  }
  return describeImage(root, env, found);
}

function describeImage(
  root: string,
  env: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): BuiltImage {
  const list = (name: string): string[] => JSON.parse(found.get(name) ?? "[]") as string[];
  const health = /CMD (\[.*\])/.exec(found.get("HEALTHCHECK") ?? "")?.[1] ?? "[]";
  return {
    root,
    env,
    user: found.get("USER") ?? "0",
    entrypoint: list("ENTRYPOINT"),
    command: list("CMD"),
    healthcheck: JSON.parse(health) as string[],
  };
}

function copy(
  { rest }: Instruction,
  root: string,
  folder: string,
  others: ReadonlyMap<string, string>,
): void {
  const words = rest.split(/\s+/);
  const from = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
  const source = from === undefined ? REPOSITORY : (others.get(from) ?? "");
  const target = join(root, resolve(folder, words.pop() ?? ""));
  for (const word of words) {
    const path = join(source, word);
    // As COPY does: a folder's content goes into the target, a file keeps its name in a folder.
    const isFolder = run("stat", ["-c", "%F", path]).startsWith("directory");
    if (isFolder) run("cp", ["-a", `${path}/.`, `${mkdirp(target)}/`]);
    else run("cp", ["-a", path, target]);
  }
}

function mkdirp(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

function runInside(
  root: string,
  folder: string,
  env: ReadonlyMap<string, string>,
  command: string,
): void {
  const variables = [...env].map(([key, value]) => `${key}=${value}`);
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  if (authorities !== undefined) variables.push("NODE_EXTRA_CA_CERTS=/usr/local/etc/ca.pem");
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  run("unshare", [
    ...["--mount", "--propagation", "private", "--", "sh", "-c"],
    'mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" && shift && exec "$@"',
    ...["sh", root, "chroot", root, "env", "-i", path, "HOME=/root", ...variables],
    ...["sh", "-c", `cd ${folder} && ${command}`],
  ]);
}

function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, {
      env: childEnvironment(process.env["HOME"] ?? "/root"),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`, { cause: error });
  }
}
