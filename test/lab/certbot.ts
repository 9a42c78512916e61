// Certbot with its manual plugin and a hook, as in its documentation.
import { join } from "node:path";
import { type AcmeClient, hook, type Order, readCertificate } from "./acme-client.ts";
import { run } from "./command.ts";

function certbot(order: Order, args: readonly string[]): Promise<string> {
  const folders = ["config", "work", "logs"].flatMap((kind) => [
    `--${kind}-dir`,
    join(order.folder, kind),
  ]);
  return run("certbot", [...args, "--non-interactive", ...folders], {
    folder: order.folder,
    environment: {
      DELEGATES: order.delegatesFile,
      REQUESTS_CA_BUNDLE: order.authority.caFile,
    },
  });
}

const certificate = ({ folder, domain }: Order) =>
  readCertificate(join(folder, "config/live", domain, "cert.pem"));

export const certbotClient: AcmeClient = {
  name: "certbot",
  async issue(order) {
    const account = ["--agree-tos", "--register-unsafely-without-email"];
    const challenge = ["--manual", "--preferred-challenges", "dns"];
    const hooks = ["--manual-auth-hook", hook("certbot.sh")];
    const names = ["-d", order.domain, "-d", `*.${order.domain}`];
    const server = ["--server", order.authority.directoryUrl];
    await certbot(order, ["certonly", ...server, ...account, ...challenge, ...hooks, ...names]);
    return certificate(order);
  },
  async renew(order) {
    await certbot(order, ["renew", "--force-renewal", "--no-random-sleep-on-renew"]);
    return certificate(order);
  },
};
