/**
 * A process that opens a database and is killed at the n-th call of SQLite, or ends by itself if there are
 * fewer: `node upgrading-process.ts FILE N`.
 */
import { openSqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { watchDatabaseCalls } from "../support/database-calls.ts";

const [, , file = "", calls = ""] = process.argv;
let callsUntil = Number(calls);
watchDatabaseCalls(() => {
  if (--callsUntil === 0) process.kill(process.pid, "SIGKILL");
});
const store = await openSqliteStore(file);
await store.close();
