import { pino } from "pino";
import type { LogConfig } from "./config/server-keys.ts";

/** What the parts of the server report to. Never given keys, tokens, headers or bodies. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A log whose level can change, and whose file can be opened anew when it was moved away. */
export interface OpenedLog extends Log {
  setLevel(level: LogConfig["level"]): void;
  reopen(): void;
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
export function openLog(
  config: LogConfig,
  standardOutput: TextSink & { isTTY?: boolean },
): OpenedLog {
  const file =
    config.type === "file"
      ? pino.destination({ dest: config.file, sync: true, append: true, mkdir: true })
      : undefined;
  const sink: TextSink = file ?? standardOutput;
  const isTerminal = config.type === "stdout" && standardOutput.isTTY === true;
  const isText = config.format === "text" || (config.format === "auto" && isTerminal);
  const log = pino(
    {
      level: LEVELS[config.level],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: "(hidden)" },
      formatters: { level: (level) => ({ level }) },
    },
    { write: (line: string) => sink.write(isText ? toText(line) : line) },
  );
  return Object.assign(log, {
    setLevel: (level: LogConfig["level"]) => {
      log.level = LEVELS[level];
    },
    reopen: () => file?.reopen(),
  });
}

/** `2026-11-24T20:00:00.000Z WARN message key="value"`: values are JSON, so nothing can forge a line. */
function toText(line: string): string {
  const entry: Record<string, unknown> = JSON.parse(line);
  const { level, time, msg, ...fields } = entry;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${String(time)} ${String(level).toUpperCase()} ${String(msg)}${rest.join("")}\n`;
}
