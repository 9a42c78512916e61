import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseDockerfile } from "../../support/dockerfile.ts";
import { serveConfined } from "./confined.ts";
import { type BuiltImage, buildImage, nodeVersion } from "./image-root.ts";

/** CAP_NET_BIND_SERVICE alone: bit 10. */
const BIND_SERVICE = "0000000000000400";

let folder: string;
let image: BuiltImage;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dnsvouch-image-"));
  // In memory: dpkg waits for the disk after each file.
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2g,mode=755", "tmpfs", folder]);
  image = buildImage(folder);
}, 600_000);

afterAll(() => {
  execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
});

test("the base image has an exact tag, of the Node that everything is tested with", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../../../Dockerfile"), "utf8");
  const { stages } = parseDockerfile(text);
  for (const { from } of stages) expect(from).toBe(`node:${nodeVersion()}-bookworm-slim`);
});

test.for([
  { name: "its own user", uid: 65_532, ownsData: true, env: {}, port: 5300 },
  { name: "any other user", uid: 12_345, ownsData: false, env: {}, port: 5300 },
  {
    name: "port 53",
    uid: 65_532,
    ownsData: true,
    env: { DNSVOUCH_LISTEN: "0.0.0.0:53" },
    port: 53,
  },
])("starts, serves and stops on a read-only root without rights: $name", (given) => {
  expect(image.user).toBe("65532:65532");
  expect(image.command).toEqual(["serve"]);
  expect(image.healthcheck).toEqual([...image.entrypoint, "healthcheck"]);
  const { uid, ownsData, port } = given;
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const env = { PATH: path, ...Object.fromEntries(image.env), ...given.env };
  const command = image.entrypoint;
  const { output } = serveConfined({ root: image.root, folder, uid, ownsData, port, env, command });
  expect(output).toMatch(new RegExp(`^Uid:\t${uid}\t${uid}\t${uid}\t${uid}$`, "m"));
  expect(output).toContain(`CapEff:\t${BIND_SERVICE}`);
  expect(output).toContain(`CapBnd:\t${BIND_SERVICE}`);
  expect(output).toContain("NoNewPrivs:\t1");
  expect(output).not.toContain("the root can be written");
  expect(output).toContain('{"txt": "confined-');
  expect(output.match(/^"confined-[a-z-]{34}"$/gm)).toHaveLength(2);
  expect(output).toMatch(/^healthy$/m);
  expect(output).toMatch(/^[0-9a-f-]{36}\.auth\.example\.org +live /m);
  expect(output).toMatch(new RegExp(`^600 ${uid} \\S+/backup\\.db$`, "m"));
  expect(output.trimEnd().split("\n").at(-1)).toBe("exit code 0");
});
