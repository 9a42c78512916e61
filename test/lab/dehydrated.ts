// Dehydrated with a configuration file and a hook.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AcmeClient, hook, type Order, readCertificate } from "./acme-client.ts";
import { run } from "./command.ts";

const configuration = ({ authority, folder }: Order) => `
BASEDIR=${folder}
CA=${authority.directoryUrl}
CURL_OPTS="--cacert ${authority.caFile}"
CHALLENGETYPE=dns-01
KEY_ALGO=prime256v1
HOOK=${hook("dehydrated.sh")}
`;

function dehydrated(order: Order, args: readonly string[]): Promise<string> {
  return run("dehydrated", ["--config", join(order.folder, "config"), ...args], {
    folder: order.folder,
    environment: { DELEGATES: order.delegatesFile },
  });
}

async function obtain(order: Order, options: readonly string[]) {
  const names = ["--domain", `${order.domain} *.${order.domain}`];
  await dehydrated(order, ["--cron", ...options, ...names]);
  return readCertificate(join(order.folder, "certs", order.domain, "cert.pem"));
}

export const dehydratedClient: AcmeClient = {
  name: "dehydrated",
  async issue(order) {
    writeFileSync(join(order.folder, "config"), configuration(order));
    await dehydrated(order, ["--register", "--accept-terms"]);
    return await obtain(order, []);
  },
  renew: (order) => obtain(order, ["--force"]),
};
