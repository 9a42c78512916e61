import {
  formatCharacterString,
  type PresentationScanner,
  parseIpv4,
  parseIpv6,
  presentationError,
  unescapeText,
} from "../presentation-scanner.ts";
import { lengthPrefixed, type RdataField } from "./rdata-field.ts";

/** SvcParamKeys: RFC 9460 section 14.3.2. Others are written keyNNNNN. */
const KEYS = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"];

type ValueParser = (value: string, key: string) => Uint8Array;

const VALUES: Record<string, ValueParser> = {
  mandatory: (value) =>
    Buffer.concat(
      list(value)
        .map(keyNumber)
        .sort((a, b) => a - b)
        .map(uint16),
    ),
  alpn: (value) => Buffer.concat(list(value).map((id) => lengthPrefixed(Buffer.from(id, "utf8")))),
  "no-default-alpn": (value) => {
    if (value !== "") throw presentationError("no-default-alpn has no value");
    return new Uint8Array(0);
  },
  port: (value) => {
    if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65_535) {
      throw presentationError(`port is a number from 0 to 65535, not "${value}"`);
    }
    return uint16(Number(value));
  },
  ipv4hint: (value) => Buffer.concat(list(value).map((text) => address(text, parseIpv4))),
  ech: (value) => Buffer.from(value, "base64"),
  ipv6hint: (value) => Buffer.concat(list(value).map((text) => address(text, parseIpv6))),
};

/**
 * The parameters of SVCB and HTTPS records: RFC 9460 section 2.1 (text) and 2.2 (wire: ascending
 * keys, each once). Values are printed as quoted octets under keyNNNNN, which reads back the same.
 */
export const svcParams: RdataField = {
  parse: (scanner) => {
    const params = new Map<number, Uint8Array>();
    while (!scanner.atEnd) {
      const [key, value] = parseParam(scanner);
      if (params.has(key)) throw presentationError(`SvcParam ${formatKey(key)} stands twice`);
      params.set(key, value);
    }
    const ascending = [...params].sort(([a], [b]) => a - b);
    return Buffer.concat(
      ascending.flatMap(([key, value]) => [uint16(key), uint16(value.length), value]),
    );
  },
  format: (reader, end) => {
    const params: string[] = [];
    let previous = -1;
    while (reader.offset < end && !reader.failed) {
      const key = reader.uint16();
      const value = reader.octets(reader.uint16());
      if (key <= previous) reader.failed = true;
      previous = key;
      params.push(value.length === 0 ? `key${key}` : `key${key}=${formatCharacterString(value)}`);
    }
    return params.join(" ");
  },
};

function parseParam(scanner: PresentationScanner): [number, Uint8Array] {
  const word = scanner.word("SvcParam");
  const at = word.indexOf("=");
  const key = at < 0 ? word : word.slice(0, at);
  const bare = at < 0 ? "" : word.slice(at + 1);
  // key="value": the scanner ends a word at the quote, so the value is the token behind it.
  const isQuotedNext = at >= 0 && bare === "" && !scanner.atEnd;
  const text = isQuotedNext ? scanner.word(`value of ${key}`) : bare;
  const parser = VALUES[key];
  const number = keyNumber(key);
  if (parser !== undefined) return [number, parser(text, key)];
  return [number, unescapeText(text)];
}

function keyNumber(key: string): number {
  const known = KEYS.indexOf(key);
  if (known >= 0) return known;
  const number = /^key([0-9]{1,5})$/.exec(key)?.[1];
  if (number === undefined || Number(number) > 65_535) {
    throw presentationError(`"${key}" is no SvcParamKey; known: ${KEYS.join(", ")}, or keyNNNNN`);
  }
  return Number(number);
}

function formatKey(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

function list(value: string): string[] {
  const items = value.split(",");
  if (items.some((item) => item === "")) throw presentationError(`empty item in "${value}"`);
  return items;
}

function address(text: string, parse: (text: string) => Uint8Array | undefined): Uint8Array {
  const octets = parse(text);
  if (octets === undefined) throw presentationError(`"${text}" is no address for a hint`);
  return octets;
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
