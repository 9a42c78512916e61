// What a person sees who starts the server with no configuration, and copies the commands it prints.
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../lab/command.ts";
import { type Daemon, startDaemon } from "../lab/daemon.ts";
import { program } from "../lab/dnsvouch.ts";
import { Lab } from "../lab/lab.ts";

const lab = new Lab();
let dnsvouch: Daemon;

beforeAll(async () => {
  dnsvouch = await lab.keep(
    startDaemon({
      command: process.execPath,
      args: [program, "serve"],
      folder: lab.newFolder("first-run"),
      ready: /^ready$/m,
    }),
  );
});
afterAll(() => lab.close());

test("the three printed commands register, update and show the value", async () => {
  const commands = dnsvouch.output().match(/^ *(curl|dig) .*$/gm) ?? [];
  expect(commands.map((command) => command.trim().split(" ")[0])).toEqual(["curl", "curl", "dig"]);
  const folder = lab.newFolder("shell");
  const outputs: string[] = [];
  for (const command of commands) outputs.push(await run("sh", ["-c", command], { folder }));

  const [, updated = "", shown] = outputs;
  const value = /^\{"txt": "([A-Za-z0-9_-]{43})"\}/.exec(updated.trim())?.[1];
  expect(value).toBeDefined();
  expect(shown).toContain(`"${value}"`);
});

test("SIGTERM ends it with exit code 0", async () => {
  expect(await dnsvouch.stop("SIGTERM")).toEqual({ code: 0, signal: null });
});
