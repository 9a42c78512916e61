import { expect, test } from "vitest";
import { keysByPath } from "../../src/config/config.ts";
import { nearest, nearestPath } from "../../src/config/nearest-key.ts";

test.for<{ name: string; word: string; candidates: string[]; meant: string }>([
  { name: "a letter is missing", word: "lisen", candidates: ["domain", "listen"], meant: "listen" },
  { name: "two are swapped", word: "prot", candidates: ["pro", "port"], meant: "pro" },
  { name: "a swap is one change", word: "ab", candidates: ["xy", "ba"], meant: "ba" },
  { name: "one is wrong", word: "tcp_idlf", candidates: ["tcp", "tcp_idle"], meant: "tcp_idle" },
  { name: "an exact one", word: "a", candidates: ["b", "a"], meant: "a" },
  { name: "nothing is alike", word: "zzz", candidates: ["b", "aaaaaa"], meant: "b" },
  { name: "no candidates", word: "a", candidates: [], meant: "" },
])("$name", ({ word, candidates, meant }) => {
  expect(nearest(word, candidates)).toBe(meant);
});

test.for<{ path: string; meant: string }>([
  { path: "general.lisen", meant: "general.listen" },
  { path: "general.public_ipv6", meant: "general.public_ip6" },
  { path: "api.domain", meant: "general.domain" },
  { path: "logfile", meant: "logconfig.logfile" },
  { path: "api.cors_origins", meant: "api.corsorigins" },
  { path: "dns.edns_sice", meant: "dns.edns_size" },
])("$path means $meant", ({ path, meant }) => {
  expect(nearestPath(path, [...keysByPath.keys()])).toBe(meant);
});
