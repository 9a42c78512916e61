import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PortalUnderTest, startPortal, ZONE } from "./portal-under-test.ts";

let portal: PortalUnderTest;

beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal.server.remove());

describe("before there is anything", () => {
  test("the first page says what to do, and registers", async () => {
    const page = await portal.admin.get("/");
    for (const words of ["Three steps", `Delegate ${ZONE}`, "Open port 53"]) {
      expect(page.words).toContain(words);
    }
    const forms = page.elements.flatMap(({ attributes }) => attributes.get("action") ?? []);
    expect(forms).toContain("/delegates");
  });

  test("a viewer is told who registers", async () => {
    const page = await portal.viewer.get("/");
    expect(page.words).toContain("Somebody who administers the server registers delegates.");
    expect(page.words).not.toContain("Register delegate");
  });

  test("each list says that it is empty, and what it is for", async () => {
    expect((await portal.admin.get("/delegates")).words).toContain("No hostname yet");
    expect((await portal.admin.get("/delegates?view=delegates")).words).toContain(
      "No delegate yet",
    );
    const viewer = await portal.viewer.get("/delegates");
    expect(viewer.text).not.toContain("/delegates/new");
  });

  test("what is filled in wrong there is said on the page to register", async () => {
    const page = await portal.admin.post("/delegates", { hostname: "com" });
    expect([page.status, page.words]).toEqual([422, expect.stringContaining("public suffix")]);
  });
});

test("with a delegate it is about that, and about the server", async () => {
  await portal.admin.act("/delegates", { hostname: "www.example.org" });
  for (const client of [portal.admin, portal.viewer]) {
    const page = await client.get("/");
    expect(page.words).not.toContain("Three steps");
    for (const words of ["Storage", "Can be written", "Backup", "Registration", "Doctor"]) {
      expect(page.words).toContain(words);
    }
  }
});
