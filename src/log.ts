import { pino } from "pino";
import type { LogConfig } from "./config/server-keys.ts";

/** What the parts of the server report to. Never given keys, tokens, headers or bodies. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface TextSink {
  write(text: string): unknown;
}

/** Levels of the configuration by pino's names. */
const LEVELS = { error: "error", warning: "warn", info: "info", debug: "debug" } as const;

/** Fields that nobody should give to the log. Should somebody do it all the same, they are not in it. */
const SECRET_FIELDS: readonly string[] = [
  "authorization",
  "body",
  "cookie",
  "headers",
  "key",
  "password",
  "secret",
  "token",
  "txt",
  "X-Api-Key",
  "x-api-key",
];
const REDACTED = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/**
 * A log as the configuration wants it: one JSON object or one line of text per entry, to standard
 * output or a file. Writes at once, so that the last words of a process that dies are there.
 */
export function openLog(config: LogConfig, standardOutput: TextSink & { isTTY?: boolean }): Log {
  const sink: TextSink =
    config.type === "file"
      ? pino.destination({ dest: config.file, sync: true, append: true, mkdir: true })
      : standardOutput;
  const isTerminal = config.type === "stdout" && standardOutput.isTTY === true;
  const isText = config.format === "text" || (config.format === "auto" && isTerminal);
  return pino(
    {
      level: LEVELS[config.level],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: "(hidden)" },
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => sink.write(isText ? toText(line) : line) },
  );
}

/** `2026-11-24T20:00:00.000Z WARN message key="value"`: values are JSON, so nothing can forge a line. */
function toText(line: string): string {
  const entry: Record<string, unknown> = JSON.parse(line);
  const { level, time, msg, ...fields } = entry;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${String(time)} ${String(level).toUpperCase()} ${String(msg)}${rest.join("")}\n`;
}
