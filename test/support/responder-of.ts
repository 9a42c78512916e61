import type { Requestor } from "../../src/server/requestor.ts";
import type { Responder } from "../../src/server/responder.ts";

/** A message in, the response out, undefined for silence. */
export type Respond = (octets: Uint8Array, requestor: Requestor) => Uint8Array | undefined;

/** What a listener calls, from a function that makes each response by itself. */
export function responderOf(respond: Respond): Responder {
  return {
    begin: () => {},
    answer: (input, start, end, requestor, output, at) => {
      const response = respond(input.subarray(start, end), requestor);
      if (response === undefined) return 0;
      output.set(response, at);
      return response.length;
    },
    end: () => {},
  };
}

/** The response of a responder to one message, undefined for silence. */
export function answerOf(
  responder: Responder,
  octets: Uint8Array,
  requestor: Requestor,
): Uint8Array | undefined {
  const output = new Uint8Array(65_535);
  responder.begin();
  const length = responder.answer(octets, 0, octets.length, requestor, output, 0);
  responder.end();
  return length === 0 ? undefined : output.subarray(0, length);
}
