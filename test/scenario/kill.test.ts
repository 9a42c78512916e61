import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digest, register, update } from "../support/api-client.ts";
import { apiUrl, ProcessFolder } from "../support/process-folder.ts";

let folder: ProcessFolder;

beforeEach(() => {
  folder = new ProcessFolder();
});

afterEach(() => folder.remove());

test("kill -9 loses nothing that was acknowledged", async () => {
  const config = folder.configFile();
  const first = folder.start(["-c", config]);
  await first.ready();
  const url = apiUrl(first);
  const delegates = await Promise.all(Array.from({ length: 8 }, () => register(url)));
  const acknowledged = new Map<string, number>();
  const writers = delegates.map(async (delegate) => {
    for (let number = 1; number < 1000; number++) {
      await update(url, delegate, digest(number));
      acknowledged.set(delegate.subdomain, number);
      // Killed in the middle of the writing of all, once each has something to lose.
      const slowest = Math.min(...delegates.map((each) => acknowledged.get(each.subdomain) ?? 0));
      if (slowest === 5) first.child.kill("SIGKILL");
    }
  });
  await Promise.allSettled(writers);
  expect(await first.exit()).toBe("SIGKILL");

  const second = folder.start(["-c", config]);
  await second.ready();
  const database = new Database(join(folder.path, "db.sqlite"), { readonly: true });
  const newest = database.prepare(
    "SELECT digest FROM challenge_value JOIN delegate ON delegate.id = delegate_id WHERE subdomain = ? ORDER BY sequence DESC",
  );
  for (const { subdomain } of delegates) {
    const last = acknowledged.get(subdomain) ?? 0;
    const stored = newest.pluck().all(subdomain);
    // An update that was not acknowledged may have been stored as well.
    expect([
      [digest(last), digest(last - 1)],
      [digest(last + 1), digest(last)],
    ]).toContainEqual(stored);
  }
  database.close();
  for (const delegate of delegates) await update(apiUrl(second), delegate, digest(0));
});
