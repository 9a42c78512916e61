import { Resolver } from "node:dns/promises";

/** The first address, or the serial of the SOA, by one query over UDP to 127.0.0.1 that is not repeated. */
export async function lookUpOnce(port: number, name: string, type: "A" | "SOA"): Promise<string> {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  if (type === "SOA") return String((await resolver.resolveSoa(name)).serial);
  const [address = ""] = await resolver.resolve4(name);
  return address;
}
