import { expect, test } from "vitest";
import { ApiLimits } from "../../src/http/api-limits.ts";

test("a storage that fails costs no registrations", () => {
  const limits = new ApiLimits({
    registerPerSourcePerHour: 30,
    registerPerDay: 10,
    authFailuresPerSourcePerMinute: 10,
  });
  for (let i = 0; i < 100; i++) {
    expect(limits.takeRegistration("a", 0)).toBe(0);
    limits.giveBackRegistration("a");
  }
  for (let i = 0; i < 10; i++) expect(limits.takeRegistration("a", 0)).toBe(0);
  expect(limits.takeRegistration("a", 0)).toBeGreaterThan(0);
  expect(limits.takeRegistration("b", 0)).toBeGreaterThan(0);
});
