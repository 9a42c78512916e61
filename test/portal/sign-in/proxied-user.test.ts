import { expect, test } from "vitest";
import { proxiedUser } from "../../../src/portal/sign-in/proxied-user.ts";

const HEADER = "Remote-User";

function userOf(lines: readonly string[] | undefined, isProxied = true, headerName = HEADER) {
  const headersDistinct = lines === undefined ? {} : { "remote-user": [...lines] };
  return proxiedUser({ headersDistinct }, { headerName, isProxied });
}

test.for(["alice", "alice@example.org", "EXAMPLE\\alice", "a".repeat(64)])(
  "a trusted proxy names %s",
  (name) => expect(userOf([name])).toBe(name),
);

test("a stranger names nobody", () => expect(userOf(["admin"], false)).toBeUndefined());

test("without the key there is no such header", () => {
  expect(userOf(["admin"], true, "")).toBeUndefined();
});

test.for<{ name: string; lines: readonly string[] | undefined }>([
  { name: "no header", lines: undefined },
  { name: "an empty one", lines: [""] },
  { name: "two lines", lines: ["alice", "admin"] },
  { name: "the same twice", lines: ["admin", "admin"] },
  { name: "an empty line besides", lines: ["admin", ""] },
  { name: "a list", lines: ["alice, admin"] },
  { name: "too long", lines: ["a".repeat(65)] },
  { name: "with a space", lines: ["admin "] },
  { name: "with a line break", lines: ["admin\n"] },
  { name: "with other letters", lines: ["\u00e4dmin"] },
  { name: "a tag", lines: ["<script>"] },
  { name: "what begins with no letter", lines: ["-admin"] },
  { name: "a NUL", lines: ["admin\0"] },
])("nobody is named by $name", ({ lines }) => {
  expect(userOf(lines)).toBeUndefined();
});
