// The process that asks: it prepares its questions once, then does one burst for each message.
import { makeQuestions, type Questions } from "./questions.ts";
import { keptConnections, singleQueries, type TcpResult } from "./tcp-load.ts";
import { closedLoop, openLoop, type UdpResult } from "./udp-load.ts";

/** One burst. */
export interface Burst {
  readonly kind: "closed" | "open" | "kept" | "single";
  readonly port: number;
  readonly seconds: number;
  /** How many names the server has. */
  readonly names: number;
  readonly isEcho: boolean;
  /** Of a closed loop: the server runs on the same cores. */
  readonly shares?: boolean;
  /** Of an open loop. */
  readonly perSecond?: number;
}

/**
 * So many that a million names are not all in the caches of the processor after the first. IDs
 * repeat after 65,536, long after the last question with the same one was answered.
 */
const QUESTIONS = 200_000;
const IN_FLIGHT = 128;
/** On shared cores it should work seldom and a lot at once. */
const IN_FLIGHT_SHARED = 512;
const KEPT_CONNECTIONS = 10;
const IN_FLIGHT_PER_CONNECTION = 100;
const SINGLE_AT_A_TIME = 32;

const prepared = new Map<number, Questions>();
/** Each burst goes on where the one before it ended: none asks the same again. */
let asked = 0;

process.on("message", async (burst: Burst) => {
  const result = await run(burst);
  asked += result.answers;
  process.send?.(result);
});

function run({
  kind,
  port,
  seconds,
  names,
  isEcho,
  perSecond = 0,
  shares = false,
}: Burst): BurstResult {
  const questions = prepared.get(names) ?? makeQuestions(QUESTIONS, names);
  prepared.set(names, questions);
  const first = asked % questions.count;
  switch (kind) {
    case "closed":
      return closedLoop(
        port,
        questions,
        first,
        seconds,
        shares ? IN_FLIGHT_SHARED : IN_FLIGHT,
        isEcho,
        shares,
      );
    case "open":
      return openLoop(port, questions, first, seconds, perSecond, isEcho);
    case "kept":
      return keptConnections(
        port,
        questions,
        first,
        seconds,
        KEPT_CONNECTIONS,
        IN_FLIGHT_PER_CONNECTION,
      );
    case "single":
      return singleQueries(port, questions, first, seconds, SINGLE_AT_A_TIME);
  }
}

type BurstResult = UdpResult | Promise<TcpResult>;
