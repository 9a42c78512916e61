/** How UDP messages are read: one by one through node:dgram, or many with one call of the system. */
export type UdpInput = "dgram" | "batch";

/** What one thread of DNS does. */
export interface ThreadTask {
  /** From 0: also its number as a reader of the table. */
  readonly number: number;
  /** Undefined: none. */
  readonly udp: UdpInput | undefined;
  readonly tcp: boolean;
  /** Whether it shares the UDP port with other threads. */
  readonly reusePort: boolean;
}

export interface ThreadNeeds {
  /** Threads that answer over UDP. */
  readonly workers: number;
  readonly input: UdpInput;
  readonly udp: boolean;
  readonly tcp: boolean;
}

/**
 * The threads of a server. TCP is in one of them alone, since its limits count all connections, and one
 * core answers more over TCP than any resolver asks. A thread that reads batches waits for datagrams
 * and has no time for streams, so TCP has a thread of its own then.
 */
export function planThreads({ workers, input, udp, tcp }: ThreadNeeds): ThreadTask[] {
  const udpThreads = udp ? workers : 0;
  const reusePort = udpThreads > 1;
  const tasks = Array.from({ length: udpThreads }, (_, number): ThreadTask => {
    return { number, udp: input, tcp: tcp && number === 0 && input === "dgram", reusePort };
  });
  const isTcpMissing = tcp && !tasks.some((task) => task.tcp);
  if (!isTcpMissing) return tasks;
  return [...tasks, { number: tasks.length, udp: undefined, tcp, reusePort: false }];
}

/** `configured`: of `dns.workers`, 0 for one for each core and at most 4. */
export function workerCount(configured: number, cores: number): number {
  return configured > 0 ? configured : Math.min(Math.max(cores, 1), 4);
}

/** `configured`: of `dns.io`. Batches are made for Linux; whether they work there, each thread tries. */
export function udpInput(configured: "auto" | UdpInput, platform: string): UdpInput {
  if (configured !== "auto") return configured;
  return platform === "linux" ? "batch" : "dgram";
}
