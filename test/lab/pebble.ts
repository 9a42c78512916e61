// Pebble: Let's Encrypt's own test authority, which validates for real and asks the lab's resolver.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { address, dnsPort } from "./addresses.ts";
import { run } from "./command.ts";
import { type Daemon, startDaemon } from "./daemon.ts";

export interface Authority {
  /** The ACME directory. */
  readonly directoryUrl: string;
  /** What a client must trust to speak TLS with the authority. */
  readonly caFile: string;
}

const port = 14000;

function configuration(certificate: string, privateKey: string): string {
  return JSON.stringify({
    pebble: {
      listenAddress: `${address.pebble}:${port}`,
      managementListenAddress: `${address.pebble}:${port + 1}`,
      certificate,
      privateKey,
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      // Seconds between two looks of a client: 3 and 5 are the defaults.
      retryAfter: { authz: 1, order: 1 },
    },
  });
}

async function makeServerCertificate(folder: string, certificate: string, key: string) {
  const names = ["-subj", "/CN=pebble.test", "-addext", `subjectAltName=IP:${address.pebble}`];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-days", "2", "-keyout", key, "-out", certificate];
  await run("openssl", ["req", "-x509", ...curve, ...names, ...files], { folder });
}

export async function startPebble(folder: string): Promise<Daemon & { authority: Authority }> {
  const caFile = join(folder, "certificate.pem");
  const key = join(folder, "key.pem");
  const file = join(folder, "pebble.json");
  await makeServerCertificate(folder, caFile, key);
  writeFileSync(file, configuration(caFile, key));
  const daemon = await startDaemon({
    command: "pebble",
    args: ["-config", file, "-dnsserver", `${address.unbound}:${dnsPort}`],
    folder,
    environment: {
      PEBBLE_VA_NOSLEEP: "1",
      // A renewal must be validated, never excused because the name was validated a minute ago.
      PEBBLE_AUTHZREUSE: "0",
      PEBBLE_WFE_NONCEREJECT: "0",
    },
    ready: /ACME directory available at/,
  });
  return {
    ...daemon,
    authority: { directoryUrl: `https://${address.pebble}:${port}/dir`, caFile },
  };
}
