import { expect, test } from "vitest";
import { isOnlyLocal, onlyLocalNote } from "../../src/portal/api-url.ts";

test.for(["http://localhost:8080", "http://x.localhost", "http://127.0.0.9:1/x", "http://[::1]"])(
  "%s leads nobody here from elsewhere",
  (url) => {
    expect(isOnlyLocal(url)).toBe(true);
    expect(onlyLocalNote(url)?.text).toContain("api.base_url");
  },
);

test.for(["https://auth.example.org", "http://192.0.2.1", "http://localhost.example.org", "x"])(
  "%s does, as far as can be seen",
  (url) => {
    expect(isOnlyLocal(url)).toBe(false);
    expect(onlyLocalNote(url)).toBe(undefined);
  },
);
