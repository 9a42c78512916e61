import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadEnvironment } from "../config/config-folder.ts";
import { parseDockerfile, parseEnv } from "../support/dockerfile.ts";

const text = readFileSync(resolve(import.meta.dirname, "../../Dockerfile"), "utf8");
const { stages } = parseDockerfile(text);
const last = stages.at(-1);
const all = stages.flatMap(({ instructions }) => instructions);

test("both stages begin with an exact tag, and no digest that nobody has looked up", () => {
  expect(stages).toHaveLength(2);
  for (const { from } of stages) expect(from).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
});

test("nothing is fetched but by npm from the lockfile, without install scripts", () => {
  const runs = all.filter(({ name }) => name === "RUN").map(({ rest }) => rest);
  expect(all.map(({ name }) => name)).not.toContain("ADD");
  for (const run of runs) expect(run).not.toMatch(/curl|wget|apt|npm install/);
  expect(runs).toContain("npm ci --ignore-scripts");
});

test("it runs as a numeric user, by words and not by a shell", () => {
  const of = (name: string) => last?.instructions.filter((each) => each.name === name) ?? [];
  expect(of("USER").map(({ rest }) => rest)).toEqual(["65532:65532"]);
  for (const name of ["ENTRYPOINT", "CMD"]) {
    const [only, ...others] = of(name);
    expect(others).toEqual([]);
    expect(JSON.parse(only?.rest ?? "")).toBeInstanceOf(Array);
  }
  const [health] = of("HEALTHCHECK");
  expect(health?.rest).toMatch(/^--interval=\S+ --timeout=\S+ .*CMD \[".*"\]$/);
  expect(of("VOLUME").map(({ rest }) => rest)).toEqual(["/data"]);
});

test("its environment is one that a server takes, and every port of it is exposed", () => {
  const env = all.filter(({ name }) => name === "ENV").flatMap(({ rest }) => [...parseEnv(rest)]);
  const config = loadEnvironment(Object.fromEntries(env));
  const exposed = all.find(({ name }) => name === "EXPOSE")?.rest.split(" ") ?? [];
  const [dns] = config.general.listen;
  const http = [config.api.port, config.portal.listen?.port, config.metrics.listen?.port];
  const ports = [`${dns?.port}/udp`, `${dns?.port}/tcp`, ...http.map((port) => `${port}/tcp`)];
  expect(exposed).toEqual(ports);
});

test("every module with machine code has it for amd64 and arm64", () => {
  const root = resolve(import.meta.dirname, "../..");
  for (const cpu of ["x64", "arm64"]) {
    expect(existsSync(`${root}/node_modules/better-sqlite3/prebuilds/linux-${cpu}.node`)).toBe(
      true,
    );
    expect(existsSync(`${root}/node_modules/bcrypt/prebuilds/linux-${cpu}/bcrypt.glibc.node`)).toBe(
      true,
    );
    const lock = readFileSync(`${root}/package-lock.json`, "utf8");
    expect(lock).toContain(`"node_modules/@koromix/koffi-linux-${cpu}"`);
  }
});
