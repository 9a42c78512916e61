import { existsSync, readFileSync } from "node:fs";

/** Addresses of the default gateways over IPv4; none where the system does not tell. */
export function defaultGateways(routes: string = read("/proc/net/route")): string[] {
  return routes
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, destination, gateway = ""] = line.split("\t");
      const octets = Buffer.from(gateway, "hex");
      const isDefault = destination === "00000000" && octets.length === 4 && !octets.equals(NONE);
      return isDefault ? [[...octets].reverse().join(".")] : [];
    });
}

const NONE = Buffer.alloc(4);

/** Of systemd-timesyncd(8); undefined if that does not run here. */
export function isClockSynchronized(folder = "/run/systemd/timesync"): boolean | undefined {
  return existsSync(folder) ? existsSync(`${folder}/synchronized`) : undefined;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
