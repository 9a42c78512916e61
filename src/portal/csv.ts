import type { View } from "./view.ts";

/** A file of rows for spreadsheets (RFC 4180). */
export function csv(name: string, rows: readonly (readonly string[])[]): View {
  const text = rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
  return { kind: "file", name, type: "text/csv; charset=utf-8", text };
}

/** What others have written must not be a formula where it is opened. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
