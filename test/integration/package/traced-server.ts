// A server under strace, put to work.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startDaemon } from "../../lab/daemon.ts";
import { until } from "../../lab/until.ts";
import { MAIN } from "../../support/dnsvouch-process.ts";

/** Serves, registers, updates, looks up, makes a backup, reads metrics, stops. @returns the names of all system calls. */
export async function traceSystemCalls(folder: string): Promise<ReadonlySet<string>> {
  const file = join(folder, "calls");
  const daemon = await startDaemon({
    command: "strace",
    // -D: what is started, and stopped, is the server; strace is beside it.
    args: ["-D", "-f", "-o", file, process.execPath, MAIN, "serve"],
    folder,
    environment: {
      DNSVOUCH_LISTEN: "127.0.0.1:0",
      DNSVOUCH_API_PORT: "0",
      DNSVOUCH_METRICS_LISTEN: "127.0.0.1:19153",
      DNSVOUCH_DB: join(folder, "data/dnsvouch.db"),
      DNSVOUCH_BACKUP_DIR: join(folder, "backups"),
      DNSVOUCH_DNS_WORKERS: "2",
    },
    ready: /^ready$/m,
  });
  const api = /API {2}(http:\S+)/.exec(daemon.output())?.[1] ?? "";
  const account = await (await fetch(`${api}/register`, { method: "POST" })).json();
  const { username, password, subdomain } = account as Record<string, string>;
  const updated = await fetch(`${api}/update`, {
    method: "POST",
    headers: { "X-Api-User": username ?? "", "X-Api-Key": password ?? "" },
    body: JSON.stringify({ subdomain, txt: "x".repeat(43) }),
  });
  if (updated.status !== 200) throw new Error(`the update was answered ${updated.status}`);
  // Asks the sockets of DNS over UDP and TCP.
  for (const url of [`${api}/readyz`, "http://127.0.0.1:19153/metrics"]) {
    const { status } = await fetch(url);
    if (status !== 200) throw new Error(`${url} answers ${status}`);
  }
  await daemon.stop();
  const isWritten = (text: string): boolean => text.trimEnd().endsWith("+++ exited with 0 +++");
  await until(() => readFile(file, "utf8"), isWritten, 10);
  const lines = readFileSync(file, "utf8").split("\n");
  return new Set(lines.map((line) => /^\d+ +(\w+)\(/.exec(line)?.[1] ?? "").filter(Boolean));
}
