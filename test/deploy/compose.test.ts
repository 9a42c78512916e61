import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadEnvironment } from "../config/config-folder.ts";

const DEPLOY = resolve(import.meta.dirname, "../../deploy");

interface Service {
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const compose = parse(readFileSync(join(DEPLOY, "compose.yaml"), "utf8")) as {
  services: Readonly<Record<string, Service>>;
  volumes: Readonly<Record<string, unknown>>;
};

test("the server has no right and cannot write but into its volume", () => {
  expect(compose.services["dnsvouch"]).toMatchObject({
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    volumes: ["dnsvouch:/data"],
  });
});

test("the API and the portal in the clear are for this machine alone", () => {
  const ports = compose.services["dnsvouch"]?.ports ?? [];
  const others = ports.filter((port) => !port.includes(":53:"));
  expect(others).toEqual(["127.0.0.1:8080:8080", "127.0.0.1:8081:8081"]);
});

test("its environment is one that a server takes", () => {
  const values = { DOMAIN: "auth.example.org", PUBLIC_IP: "198.51.100.7" };
  const given = Object.entries(compose.services["dnsvouch"]?.environment ?? {});
  const env = given.map(([name, value]) => [
    name,
    // ${NAME:-default} or ${NAME:?message}.
    value.replace(
      /\$\{DNSVOUCH_(\w+):([-?])(.*?)\}/,
      (_, variable: string, kind: string, text: string) =>
        kind === "-" ? text : values[variable as keyof typeof values],
    ),
  ]);
  expect(() => loadEnvironment(Object.fromEntries(env))).not.toThrow();
});

test("what is beside the server is asked for by profile, and every volume exists", () => {
  const { dnsvouch: _, ...others } = compose.services;
  expect(Object.keys(others).sort()).toEqual(["caddy", "litestream", "traefik"]);
  for (const [name, { profiles }] of Object.entries(others)) expect(profiles).toEqual([name]);
  const used = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(":")[0]),
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test("the chart: one replica with a claim, both transports at one address, no service links", () => {
  const read = (name: string) =>
    readFileSync(join(DEPLOY, "helm/dnsvouch/templates", name), "utf8");
  const pod = read("statefulset.yaml");
  for (const line of [
    "replicas: 1",
    "enableServiceLinks: false",
    "runAsNonRoot: true",
    "readOnlyRootFilesystem: true",
    "allowPrivilegeEscalation: false",
    "capabilities: { drop: [ALL] }",
    "volumeClaimTemplates:",
  ]) {
    expect(pod).toContain(line);
  }
  const services = read("services.yaml");
  expect(services).toContain("{ name: dns-udp, port: 53, targetPort: dns-udp, protocol: UDP }");
  expect(services).toContain("{ name: dns-tcp, port: 53, targetPort: dns-tcp, protocol: TCP }");
  const chart = parse(readFileSync(join(DEPLOY, "helm/dnsvouch/Chart.yaml"), "utf8"));
  const { version } = JSON.parse(readFileSync(join(DEPLOY, "../package.json"), "utf8"));
  expect(chart).toMatchObject({ appVersion: version });
});
