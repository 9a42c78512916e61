import { createServer } from "node:net";
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { formatListenAddress } from "../config/listen-address.ts";
import { delegationsOfConfig } from "../configured-delegations.ts";
import { probeDns } from "../serve-dns.ts";
import type { Endpoint } from "../server/listen-error.ts";
import { listenStream } from "../server/listen-stream.ts";
import { isInUse } from "../store/sqlite/data-lock.ts";
import { inspectDatabaseFile } from "../store/sqlite/database-file.ts";
import { NEWEST_VERSION, refuseNewerSchema } from "../store/sqlite/migrations.ts";
import { refuseLost } from "../store/sqlite/open-database.ts";
import { checkedConfig } from "./checked-config.ts";
import type { Environment } from "./define-command.ts";
import { FINISHED, reportFatal } from "./exit.ts";
import { printJson } from "./print.ts";
import { delegationText, formatDelegations } from "./records-format.ts";
import type { ServeOptions } from "./serve-command.ts";

/** What `serve` would do, with its exit codes. Ports are bound and let go; nothing is written. */
export async function dryRun(options: ServeOptions, env: Environment): Promise<number> {
  try {
    const checked = checkedConfig({ file: options.config, env, flags: options });
    const { config, warnings } = checked;
    const database = describeDatabase(config);
    const portal = config.portal.enabled ? config.portal.listen : undefined;
    const isAskedFor = config.settings.has("portal.listen");
    const isRunning = isInUse(config.database.connection);
    // Its own ports are taken, then.
    if (!isRunning) {
      await probeDns(config, warn);
      await probeHttp("http", { address: config.api.ip, port: config.api.port });
      if (portal !== undefined && isAskedFor) await probeHttp("portal", portal);
    }
    const ports = isRunning ? "not tried, since a server runs on this data" : "free";
    const delegations = delegationsOfConfig(checked);
    for (const warning of warnings) warn(warning);
    const listen = config.general.listen.map(formatListenAddress);
    const http = formatListenAddress({ address: config.api.ip, port: config.api.port });
    const pages = portal === undefined ? null : formatListenAddress(portal);
    if (options.json === true) {
      const records: unknown = JSON.parse(formatDelegations(delegations, "json"));
      const file = config.file ?? null;
      printJson({ file, listen, http, portal: pages, ports, database, warnings, records });
      return FINISHED;
    }
    const lines = [
      `configuration ${config.file ?? "none: defaults"}`,
      `DNS  ${listen.join(", ")}: ${ports}`,
      `API  ${http}: ${ports}`,
      ...(pages === null ? [] : [`Portal ${pages}${isAskedFor ? `: ${ports}` : ""}`]),
      `database ${database.file}: ${database.what}`,
      ...delegations.flatMap(delegationText),
      "nothing was changed",
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    return FINISHED;
  } catch (error) {
    return reportFatal(error);
  }
}

function warn(problem: string): void {
  process.stderr.write(`dnsvouch: warning: ${problem}\n`);
}

async function probeHttp(
  service: Endpoint["service"],
  listen: { readonly address: string; readonly port: number },
): Promise<void> {
  const server = createServer();
  await listenStream(server, service, listen);
  server.close();
}

/** Throws StoreError if a start would not use it. */
function describeDatabase({ database }: Config): { readonly file: string; readonly what: string } {
  const file = resolve(database.connection);
  const found = inspectDatabaseFile(file);
  if (found === "absent") {
    refuseLost(file);
    return { file, what: "would be made" };
  }
  refuseNewerSchema(file, found.schemaVersion);
  if (found.schemaVersion === NEWEST_VERSION) return { file, what: "would be used" };
  const versions = `from schema version ${found.schemaVersion} to ${NEWEST_VERSION}`;
  return { file, what: `would be copied and brought ${versions}` };
}
