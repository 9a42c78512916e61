import { ROOT } from "../dns/name.ts";
import { type DelegateValues, noChallenges } from "../zone/challenges.ts";
import type { TableReader } from "../zone/table/table-reader.ts";
import { OptWriter } from "./plain/opt-writer.ts";
import { packAnswer } from "./plain/packed-answer.ts";
import { NOT_PLAIN, PlainAnswers } from "./plain/plain-answer.ts";
import { plainZone } from "./plain/plain-zone.ts";
import { StaticNames, staticNamesOf } from "./plain/static-names.ts";
import type { Requestor } from "./requestor.ts";
import {
  type Authority,
  REFUSED,
  respond,
  respondWithFailure,
  type ServedZone,
} from "./respond.ts";
import type { Responder } from "./responder.ts";

/** Zones whose delegates are in the table. */
export interface TableAuthority extends Authority {
  readonly zones: ReadonlyMap<string, ServedZone & { readonly challenges: DelegateValues }>;
}

export interface AnswerPathParts {
  readonly authority: TableAuthority;
  readonly table: TableReader;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Hears of a bug of ours that a message has met. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The one function that answers, for UDP, batches and TCP alike: plain queries where they lie, any
 * other message by `respond`. What makes it throw, a bug of ours or a database that cannot be read, costs
 * the one query that met it and not the server: the answer is SERVFAIL, or silence if even that fails.
 */
export class AnswerPath implements Responder {
  readonly #parts: AnswerPathParts;
  readonly #plain: PlainAnswers;
  #nowMs = 0;

  constructor(parts: AnswerPathParts) {
    this.#parts = parts;
    this.#plain = plainAnswers(parts);
  }

  begin(): void {
    this.#nowMs = this.#parts.clock();
    this.#parts.table.begin();
  }

  answer(
    input: Uint8Array,
    start: number,
    end: number,
    requestor: Requestor,
    output: Uint8Array,
    at: number,
  ): number {
    try {
      const length = this.#plain.answer(input, start, end, requestor, output, at, this.#nowMs);
      if (length !== NOT_PLAIN) return length;
      return this.#answerFully(input.subarray(start, end), requestor, output, at);
    } catch (error) {
      this.#parts.onFault(error);
      return this.#fail(input.subarray(start, end), requestor, output, at);
    }
  }

  end(): void {
    this.#parts.table.end();
  }

  #answerFully(octets: Uint8Array, requestor: Requestor, output: Uint8Array, at: number): number {
    const response = respond(this.#parts.authority, octets, requestor, this.#nowMs);
    return write(response, output, at);
  }

  #fail(octets: Uint8Array, requestor: Requestor, output: Uint8Array, at: number): number {
    try {
      const response = respondWithFailure(this.#parts.authority, octets, requestor, this.#nowMs);
      return write(response, output, at);
    } catch {
      // It was reported, by what made it necessary.
      return 0;
    }
  }
}

function write(response: Uint8Array | undefined, output: Uint8Array, at: number): number {
  if (response === undefined) return 0;
  output.set(response, at);
  return response.length;
}

/** The answers to plain queries alone. */
export function plainAnswers({
  authority,
  table,
}: Pick<AnswerPathParts, "authority" | "table">): PlainAnswers {
  const served = [...authority.zones.values()];
  const staticZones = new Map(
    served.map(({ zone }) => [zone.apex.key, { zone, challenges: noChallenges(zone.soa(0)) }]),
  );
  const names = served.flatMap(({ zone, challenges }) =>
    staticNamesOf(staticZones, { zone, challenges }, plainZone(zone, challenges)),
  );
  return new PlainAnswers({
    names: new StaticNames(names),
    refused: packAnswer(ROOT, REFUSED),
    table,
    opt: new OptWriter(authority),
    udpPayloadSize: authority.udpPayloadSize,
    rateLimit: authority.rateLimit,
  });
}
