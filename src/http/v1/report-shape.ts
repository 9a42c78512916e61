import { z } from "zod";
import { STATUS_OF_CODE, STEP_IDS } from "../../check/report.ts";

const STATUSES = ["PASS", "WARN", "FAIL", "SKIP"] as const;
const CODES = Object.keys(STATUS_OF_CODE);

const FoundCaa = z
  .strictObject({ asked: z.string(), owner: z.string(), rrset: z.array(z.string()) })
  .describe("The CAA RRset that decides");

const Step = z
  .strictObject({
    id: z.enum(STEP_IDS),
    status: z.enum(STATUSES),
    code: z.enum(CODES),
    found: z.union([z.string(), FoundCaa]).nullable(),
    expected: z.string().nullable(),
    dig: z.string().nullable().describe("A command that shows the same"),
    fix: z.string().nullable().describe("What to do"),
    trace: z.array(z.string()),
  })
  .meta({ id: "CheckStep" });

/** As `dnsvouch check --json` prints it. */
export const Report: z.ZodType = z
  .strictObject({
    domain: z.string(),
    result: z.enum(["pass", "warn", "fail"]),
    steps: z.array(Step),
  })
  .meta({ id: "Report" });
