import { hash as digestOf } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { brotliCompressSync, constants } from "node:zlib";

/** What pages load. Their names have a part of their hash, so that they are kept for ever. */

const FILES = {
  style: { file: "style.css", type: "text/css; charset=utf-8" },
  script: { file: "portal.js", type: "text/javascript; charset=utf-8" },
  icon: { file: "favicon.svg", type: "image/svg+xml" },
} as const;
type FileId = keyof typeof FILES;

interface StaticFile {
  readonly name: string;
  readonly type: string;
  readonly octets: Buffer;
  readonly brotli: Buffer;
}

let loaded: Readonly<Record<FileId, StaticFile>> | undefined;

function files(): Readonly<Record<FileId, StaticFile>> {
  loaded ??= { style: load("style"), script: load("script"), icon: load("icon") };
  return loaded;
}

const HASH_DIGITS = 12;

function load(id: FileId): StaticFile {
  const { file, type } = FILES[id];
  const octets = readFileSync(new URL(`./static/${file}`, import.meta.url));
  const hash = digestOf("sha256", octets, "hex").slice(0, HASH_DIGITS);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const name = file.replace(/\.([a-z]+)$/, `.${hash}.$1`);
  return { name, type, octets, brotli: brotliCompressSync(octets, { params }) };
}

export function assetNames(): Readonly<Record<FileId, string>> {
  const { style, script, icon } = files();
  return { style: style.name, script: script.name, icon: icon.name };
}

const YEAR_SECONDS = 31_536_000;

/** Answers with a file of that name. @returns false if there is none. */
export function sendStatic(name: string, req: IncomingMessage, res: ServerResponse): boolean {
  const file = Object.values(files()).find((each) => each.name === name);
  if (file === undefined) return false;
  const isBrotli = acceptsEncoding(req, "br");
  const body = isBrotli ? file.brotli : file.octets;
  res.writeHead(200, {
    "Content-Type": file.type,
    "Content-Length": body.length,
    "Cache-Control": `public, max-age=${YEAR_SECONDS}, immutable`,
    Vary: "Accept-Encoding",
    ...(isBrotli ? { "Content-Encoding": "br" } : {}),
  });
  res.end(req.method === "HEAD" ? undefined : body);
  return true;
}

/** RFC 9110 section 12.5.3, as browsers write it: a coding that is not named, or has q=0, is not accepted. */
export function acceptsEncoding({ headers }: IncomingMessage, coding: string): boolean {
  const given = String(headers["accept-encoding"] ?? "").split(",");
  return given.some((each) => {
    const [name = "", ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((part) => /^q=0(\.0*)?$/.test(part));
  });
}
