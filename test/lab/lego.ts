// Lego with its exec provider: Debian's build has no acme-dns provider.
import { join } from "node:path";
import { type AcmeClient, hook, type Order, readCertificate } from "./acme-client.ts";
import { address, dnsPort } from "./addresses.ts";
import { run } from "./command.ts";

async function lego(order: Order, command: readonly string[]) {
  const { authority, delegatesFile, domain, folder } = order;
  const account = ["--email", `hostmaster@${domain}`, "--accept-tos", "--path", folder];
  const names = ["--domains", domain, "--domains", `*.${domain}`];
  // The check before validation asks the zone's servers on port 53, which an ordinary user cannot serve.
  const resolver = ["--dns.resolvers", `${address.unbound}:${dnsPort}`, "--dns.disable-cp"];
  const args = ["--server", authority.directoryUrl, ...account, ...names, "--dns", "exec"];
  await run("lego", [...args, ...resolver, ...command], {
    folder,
    environment: {
      DELEGATES: delegatesFile,
      EXEC_PATH: hook("lego.sh"),
      // Its default is a minute between the two challenges of an order.
      EXEC_SEQUENCE_INTERVAL: "0",
      // It waits as long before its first look, too.
      EXEC_POLLING_INTERVAL: "0",
      LEGO_CA_CERTIFICATES: authority.caFile,
    },
  });
  return readCertificate(join(folder, "certificates", `${domain}.crt`));
}

export const legoClient: AcmeClient = {
  name: "lego",
  issue: (order) => lego(order, ["run"]),
  renew: (order) => lego(order, ["renew", "--days", "36500", "--no-random-sleep"]),
};
