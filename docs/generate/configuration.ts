// docs/configuration.md: every key, from the tables that the configuration is read by.
import { configSections } from "../../src/config/config.ts";
import { variableName } from "../../src/config/environment.ts";
import type { Key } from "../../src/config/key.ts";
import { whyNotBuiltYet } from "../../src/config/not-built-yet.ts";
import { RENEWABLE } from "../../src/config/renewed-config.ts";
import { toToml } from "../../src/config/shown-settings.ts";

const HEAD = `# Configuration

<!-- Made by npm run docs from the tables in src/config. -->

A value comes from the first of these that has it: a flag of \`dnsvouch serve\` (\`--domain\`, \`--listen\`, \`--http\`), an environment variable, the file, the default below.

The file is TOML. It is the one of \`-c\`, else the first of \`/etc/dnsvouch/config.toml\`, \`/etc/acme-dns/config.cfg\` and \`./config.cfg\`; without any, defaults and variables do. A \`config.cfg\` of acme-dns (v1 or v2) is read as it is. [config/dnsvouch.toml](../config/dnsvouch.toml) has every key with its default.

Each key has a variable, \`DNSVOUCH_<SECTION>_<KEY>\`, and some a shorter one. Lists are separated by commas, \`general.records\` by line breaks. The variable of a secret with \`_FILE\` at its end names a file that has it. A key or a variable that does not exist stops the start with exit code 3 and names the nearest one; variables that Kubernetes sets for a service called dnsvouch are ignored.

\`\`\`sh
dnsvouch config validate -c /etc/dnsvouch/config.toml
dnsvouch config show --origin -c /etc/dnsvouch/config.toml
\`\`\`

Keys marked *SIGHUP* are taken over while the server runs: \`systemctl reload dnsvouch\`, or \`kill -HUP\`. No query is lost. If anything in the file is wrong, all stays as it was and the log says what to mend. Other keys wait for the next start, and the log names them. SIGHUP also opens \`logconfig.logfile\` anew, for programs that rotate logs, and reads files of tokens again.
`;

export function configurationReference(): string {
  const sections = Object.values(configSections).map(({ toml, keys }) => {
    const rows = Object.values<Key<unknown>>({ ...keys }).map((key) => keyText(toml, key));
    return [`## [${toml}]`, "", ...rows].join("\n");
  });
  return `${HEAD}\n${sections.join("\n")}`;
}

function keyText(section: string, key: Key<unknown>): string {
  const path = `${section}.${key.toml}`;
  const variables = [variableName(path), key.alias].filter((name) => name !== undefined);
  const missing = whyNotBuiltYet(path);
  const marks = [
    `default \`${toToml(key.default)}\``,
    variables.map((name) => `\`${name}\``).join(" or "),
    ...(key.secret === undefined ? [] : ["secret"]),
    ...(RENEWABLE.has(path) ? ["*SIGHUP*"] : []),
  ];
  return [
    `### ${path}`,
    "",
    key.description,
    "",
    `${marks.join(" · ")}`,
    "",
    `Allowed: ${key.kind.allowed}.`,
    "",
    ...(missing === undefined ? [] : [`In this version ${missing}.`, ""]),
  ].join("\n");
}
