import { describedApi } from "../http/v1/described-api.ts";
import { version } from "../version.ts";
import { FINISHED } from "./exit.ts";
import { printJson } from "./print.ts";

export function openApiCommand(): number {
  printJson(describedApi(version()));
  return FINISHED;
}
