// Caddy as a hosting provider runs it: certificates come with the first handshake, if a server says that they may.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address } from "./addresses.ts";
import { run } from "./command.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

const port = 8443;

/** @param askUrl without the name that it is asked about. */
export function startCaddy(folder: string, askUrl: string): Promise<Daemon> {
  const file = join(folder, "Caddyfile");
  writeFileSync(
    file,
    `
{
	admin off
	auto_https disable_redirects
	skip_install_trust
	storage file_system ${folder}
	on_demand_tls {
		ask ${askUrl}
	}
}
https://:${port} {
	bind ${address.tls}
	tls internal {
		on_demand
	}
	respond "served by Caddy"
}
`,
  );
  return startDaemon({
    command: "caddy",
    args: ["run", "--config", file, "--adapter", "caddyfile"],
    folder,
    environment: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    ready: /serving initial configuration/,
  });
}

/** What a browser would get; what curl says where the handshake fails. */
export async function browse(folder: string, name: string): Promise<string> {
  const resolve = `${name}:${port}:${address.tls}`;
  const command = `curl --silent --show-error --insecure --max-time 10 --resolve ${resolve} https://${name}:${port}/ 2>&1 || true`;
  return run("sh", ["-c", command], { folder });
}
