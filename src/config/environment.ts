import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { keysByPath } from "./config.ts";
import type { Key, Setting, Settings } from "./key.ts";
import { nearest } from "./nearest-key.ts";

/** Variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = "DNSVOUCH_";

/**
 * Kubernetes sets such variables in every container for a service that is called "dnsvouch"; and
 * for "dnsvouch-api" `DNSVOUCH_API_SERVICE_HOST`, `DNSVOUCH_API_PORT=tcp://10.0.0.1:80` and so on.
 */
const SERVICE_LINK = [
  /^DNSVOUCH_SERVICE_/,
  /^DNSVOUCH_PORT$/,
  /^DNSVOUCH_PORT_\d+_/,
  /^DNSVOUCH_\w+_SERVICE_(?:HOST|PORT)/,
  /^DNSVOUCH_\w+_PORT_\d+_(?:TCP|UDP|SCTP)/,
];
const SERVICE_LINK_VALUE = /^(?:tcp|udp|sctp):\/\//;

/** A variable that sets a key: by its value, or by the content of the file that it names. */
interface Variable {
  readonly path: string;
  readonly key: Key<unknown>;
  readonly isFile: boolean;
}

const variables: ReadonlyMap<string, Variable> = new Map([...allVariables()]);

function* allVariables(): Iterable<[string, Variable]> {
  // First, so that a key of its own wins: api.registration_tokens_file.
  for (const [path, key] of keysByPath) {
    if (key.secret) yield [`${variableName(path)}_FILE`, { path, key, isFile: true }];
  }
  for (const [path, key] of keysByPath) {
    yield [variableName(path), { path, key, isFile: false }];
    if (key.alias) yield [key.alias, { path, key, isFile: false }];
  }
}

/** The variable of a key: `general.public_ip` is `DNSVOUCH_GENERAL_PUBLIC_IP`. */
export function variableName(path: string): string {
  return PREFIX + path.replace(".", "_").toUpperCase();
}

/**
 * The settings among the variables; any other variable with our prefix is a problem, since it is a
 * typing error more often than not.
 */
export function readEnvironment(
  environment: Environment,
  cwd: string,
): { readonly settings: Settings; readonly problems: readonly string[] } {
  const settings = new Map<string, Setting>();
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith(PREFIX) || isServiceLink(name, text)) continue;
    const outcome = readVariable(name, text, cwd);
    const other = "path" in outcome ? settings.get(outcome.path) : undefined;
    if ("problem" in outcome) problems.push(outcome.problem);
    else if (other) problems.push(`${name}: ${other.origin} sets ${outcome.path} too; keep one`);
    else settings.set(outcome.path, { value: outcome.value, origin: name });
  }
  return { settings, problems };
}

type Outcome = { readonly path: string; readonly value: unknown } | { readonly problem: string };

function readVariable(name: string, text: string, cwd: string): Outcome {
  const variable = variables.get(name);
  if (!variable) {
    return {
      problem: `unknown environment variable ${name}; did you mean ${nearest(name, variables.keys())}?`,
    };
  }
  const { path, key, isFile } = variable;
  if (!isFile) return { path, value: key.kind.fromText(text) };
  try {
    const content = readFileSync(resolve(cwd, text), "utf8").replace(/\r?\n$/, "");
    return { path, value: key.kind.fromText(content) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return { problem: `${name}: the file that it names cannot be read (${reason})` };
  }
}

function isServiceLink(name: string, text: string): boolean {
  return (
    SERVICE_LINK.some((pattern) => pattern.test(name)) ||
    (name.endsWith("_PORT") && SERVICE_LINK_VALUE.test(text))
  );
}
