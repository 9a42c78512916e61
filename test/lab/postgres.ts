// A PostgreSQL server of its own, as the user of Debian's package where the caller is root, which it refuses.
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { address } from "./addresses.ts";
import { run } from "./command.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { here, type Place } from "./place.ts";

export interface Postgres extends Daemon {
  /** Of a user whose password it has. */
  readonly url: string;
  /** Runs SQL as the superuser; gives what it prints, without headings. */
  sql(text: string): Promise<string>;
}

const VERSIONS = "/usr/lib/postgresql";
const PORT = 10_432;
const ADDRESS = address.postgres;
export const PASSWORD = "se/cret";

/** The folder of the newest version that is installed. */
function programs(): string {
  const [newest] = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a));
  return join(VERSIONS, newest ?? "", "bin");
}

function asItsUser(): Place {
  if (process.getuid?.() !== 0) return here;
  return { words: ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] };
}

/** A database `acmedns` of a user of that name, empty. */
export async function startPostgres(): Promise<Postgres> {
  const place = asItsUser();
  const folder = mkdtempSync(join(tmpdir(), "dnsvouch-postgres-"));
  if (place !== here) {
    // The owner of what its package has made.
    const { uid, gid } = statSync("/var/lib/postgresql");
    chownSync(folder, uid, gid);
  }
  chmodSync(folder, 0o700);
  const bin = programs();
  const data = join(folder, "data");
  const options = { folder: "/", place };
  const initialise = ["--pgdata", data, "--auth=scram-sha-256", "--auth-local=trust", "--no-sync"];
  await run(join(bin, "initdb"), [...initialise, "--username=super", "--encoding=UTF8"], options);
  writeFileSync(
    join(data, "postgresql.auto.conf"),
    [
      `listen_addresses = '${ADDRESS}'`,
      `port = ${PORT}`,
      `unix_socket_directories = '${folder}'`,
      "fsync = off",
    ].join("\n"),
  );
  const daemon = await startDaemon({
    command: join(bin, "postgres"),
    args: ["-D", data],
    folder: "/",
    ready: /database system is ready to accept connections/,
    place,
  });
  const sql = (text: string, database = "acmedns"): Promise<string> =>
    run(
      "psql",
      ["-h", folder, "-p", `${PORT}`, "-U", "super", "-d", database, "-qAt", "-c", text],
      { folder: "/", place },
    );
  await sql(`CREATE ROLE acmedns LOGIN PASSWORD '${PASSWORD}'`, "postgres");
  await sql("CREATE DATABASE acmedns OWNER acmedns", "postgres");
  return {
    output: daemon.output,
    stop: async (signal) => {
      const exit = await daemon.stop(signal ?? "SIGINT");
      rmSync(folder, { recursive: true, force: true });
      return exit;
    },
    url: `postgres://acmedns:${encodeURIComponent(PASSWORD)}@${ADDRESS}:${PORT}/acmedns`,
    sql,
  };
}
