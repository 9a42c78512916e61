import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { configSections, keysByPath } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import type { Setting, Settings } from "./key.ts";
import { nearest, nearestPath } from "./nearest-key.ts";

/** What a file says: the settings of keys we know, and a line about everything else in it. */
export interface TomlSource {
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/**
 * Reads a configuration file. `file` is how messages name it, relative to `cwd` if it is not absolute.
 *
 * @throws ConfigError if it cannot be read or is not TOML.
 */
export function readTomlFile(file: string, cwd: string): TomlSource {
  return parseToml(readText(file, cwd), file);
}

function readText(file: string, cwd: string): string {
  try {
    const octets = readFileSync(resolve(cwd, file));
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch (cause) {
    throw new ConfigError("config_unreadable", [`${file}: ${whyUnreadable(cause)}`], { cause });
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  switch (code) {
    case "ENOENT":
      return "there is no such file; name an existing one with -c, or leave -c out to start with the defaults";
    case "EACCES":
    case "EPERM":
      return "the user that runs dnsvouch may not read this file; change its owner or its mode, for example with chown";
    case "EISDIR":
      return "this is a folder; name the file in it with -c";
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return "the file is not UTF-8 text; a configuration is a TOML file, see config/dnsvouch.toml";
    default:
      return `the file cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}

function parseToml(text: string, file: string): TomlSource {
  const reader = new SettingsReader(file, findLines(text));
  for (const [name, value] of Object.entries(parseDocument(text, file))) {
    reader.readSection(name, value);
  }
  return reader;
}

function parseDocument(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    // The rest of that message quotes lines of the file, which may have a secret in them.
    const reason = cause.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "");
    const place = `${file}:${cause.line}:${cause.column}`;
    // Without `cause`, for the same reason.
    throw new ConfigError("config_invalid", [`${place}: not valid TOML: ${reason}`]);
  }
}

/**
 * acme-dns reads section and key names without regard to case, so we do too: names are lower case
 * in here.
 */
class SettingsReader implements TomlSource {
  readonly settings = new Map<string, Setting>();
  readonly problems: string[] = [];
  readonly #file: string;
  readonly #lines: ReadonlyMap<string, number>;

  constructor(file: string, lines: ReadonlyMap<string, number>) {
    this.#file = file;
    this.#lines = lines;
  }

  readSection(name: string, value: unknown): void {
    const section = name.toLowerCase();
    if (!sectionNames.includes(section)) {
      this.problems.push(`${this.#origin(section)}: ${unknownAtTop(section, value)}`);
    } else if (!isTable(value)) {
      const origin = this.#origin(section);
      this.problems.push(
        `${origin}: ${section} is a section: write [${section}] and its keys below it`,
      );
    } else {
      for (const [key, setting] of Object.entries(value)) {
        this.#readKey(`${section}.${key.toLowerCase()}`, setting);
      }
    }
  }

  #readKey(path: string, value: unknown): void {
    const origin = this.#origin(path);
    if (!keysByPath.has(path)) {
      this.problems.push(`${origin}: unknown key ${path}; ${didYouMean(path)}`);
    } else if (this.settings.has(path)) {
      this.problems.push(`${origin}: ${path} is there twice, in upper and in lower case; keep one`);
    } else {
      this.settings.set(path, { value, origin });
    }
  }

  /** The line of the key, else of its section, else just the file: the message names the key anyway. */
  #origin(path: string): string {
    const line = this.#lines.get(path) ?? this.#lines.get(path.split(".")[0] ?? "");
    return line === undefined ? this.#file : `${this.#file}:${line}`;
  }
}

const sectionNames: readonly string[] = Object.values(configSections).map(({ toml }) => toml);

function unknownAtTop(name: string, value: unknown): string {
  return isTable(value) || Array.isArray(value)
    ? `unknown section [${name}]; did you mean [${nearest(name, sectionNames)}]?`
    : `unknown key ${name}, outside of any section; ${didYouMean(name)}`;
}

function didYouMean(path: string): string {
  return `did you mean ${nearestPath(path, [...keysByPath.keys()])}?`;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

const HEADER = /^\s*\[+([^[\]]+)\]/;
const ASSIGNMENT = /^\s*([\w\s."'-]+?)\s*=/;
const MULTI_LINE_DELIMITER = /"""|'''/g;

/**
 * The line, from 1, of each section and key: the parser does not tell. It knows what people write
 * (headers, dotted keys, texts of several lines), not all of TOML, and is used for messages only.
 */
function findLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let section = "";
  let isInText = false;
  for (const [index, line] of text.split("\n").entries()) {
    const header = isInText ? null : HEADER.exec(line);
    const assignment = isInText ? null : ASSIGNMENT.exec(line);
    if (header) section = normalPath(header[1]);
    const path = header ? section : normalPath(section, assignment?.[1]);
    if (!found.has(path)) found.set(path, index + 1);
    if ((line.match(MULTI_LINE_DELIMITER)?.length ?? 0) % 2 === 1) isInText = !isInText;
  }
  return found;
}

function normalPath(...parts: readonly (string | undefined)[]): string {
  return parts
    .flatMap((part) => part?.split(".") ?? [])
    .map((part) =>
      part
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2")
        .toLowerCase(),
    )
    .filter((part) => part !== "")
    .join(".");
}
