// Says what the integration test needs before it starts: programs that are Debian packages, not npm's.
//
// `node test/integration/require-packages.ts` exits 1, with the one line to run, when a program is missing;
// with `--print` it writes the package names alone, for scripts that install them.
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { systemPath } from "../lab/system-path.ts";

/** Each program the test runs, and the Debian package that has it. */
export const requiredPrograms = [
  { program: "unbound", package: "unbound", purpose: "the certificate authority's resolver" },
  { program: "named", package: "bind9", purpose: "a second resolver" },
  { program: "nsd", package: "nsd", purpose: "the customer's name server" },
  { program: "dig", package: "bind9-dnsutils", purpose: "queries" },
  { program: "dnsviz", package: "dnsviz", purpose: "what others say about the zone" },
  {
    program: "zonemaster-cli",
    package: "zonemaster-cli",
    purpose: "what others say about the zone",
  },
  { program: "ip", package: "iproute2", purpose: "addresses in a network of our own" },
  { program: "unshare", package: "util-linux", purpose: "a network of our own" },
  { program: "pebble", package: "pebble", purpose: "the certificate authority" },
  { program: "certbot", package: "certbot", purpose: "ACME client" },
  { program: "dehydrated", package: "dehydrated", purpose: "ACME client" },
  { program: "lego", package: "lego", purpose: "ACME client" },
  { program: "caddy", package: "caddy", purpose: "a web server that asks for each new name" },
  { program: "curl", package: "curl", purpose: "the clients' hooks" },
  { program: "jq", package: "jq", purpose: "the clients' hooks" },
  // Without recommended packages the compiler comes without the headers of the C library.
  { program: "gcc", package: "gcc libc6-dev", purpose: "a record of what reaches the disk" },
  { program: "debootstrap", package: "debootstrap", purpose: "the base of the image" },
  { program: "setpriv", package: "util-linux", purpose: "a user without rights" },
  { program: "pgrep", package: "procps", purpose: "processes" },
  { program: "systemd-analyze", package: "systemd", purpose: "what the unit allows" },
  { program: "pg_ctlcluster", package: "postgresql", purpose: "acme-dns's other database" },
  { program: "psql", package: "postgresql-client", purpose: "acme-dns's other database" },
  { program: "strace", package: "strace", purpose: "what the server asks of the kernel" },
  { program: "promtool", package: "prometheus", purpose: "the alert rules" },
  { program: "chromium", package: "chromium", purpose: "a browser for the portal" },
  { program: "openssl", package: "openssl", purpose: "the authority's own TLS certificate" },
] as const;

function isInstalled(program: string): boolean {
  return systemPath.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The command that installs `packages` on a Debian system. */
export function installCommand(packages: readonly string[]): string {
  return `apt-get install --no-install-recommends ${packages.join(" ")}`;
}

function main(argument: string | undefined): number {
  if (argument === "--print") {
    process.stdout.write(`${requiredPrograms.map((required) => required.package).join(" ")}\n`);
    return 0;
  }
  const missing = requiredPrograms.filter((required) => !isInstalled(required.program));
  if (missing.length === 0) return 0;
  const reasons = missing.map((required) => `  ${required.program}: ${required.purpose}\n`);
  process.stderr.write(
    `The integration test needs programs that are not installed:\n${reasons.join("")}` +
      `${installCommand(missing.map((required) => required.package))}\n`,
  );
  return 1;
}

if (import.meta.main) process.exitCode = main(process.argv[2]);
