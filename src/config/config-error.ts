export type ConfigErrorCode =
  /** The configuration was read and cannot be used: `problems` says what to change. */
  | "config_invalid"
  /** The file is missing, not readable or not text. */
  | "config_unreadable";

/** A configuration that the server cannot start with. The message has one problem per line and never a secret. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;
  readonly problems: readonly string[];

  constructor(code: ConfigErrorCode, problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.name = "ConfigError";
    this.code = code;
    this.problems = problems;
  }
}
