/** Requests that were told not to be done twice (Idempotency-Key), each with its answer. */
export interface AnsweredRequests {
  /**
   * Begins a request, unless its key was used before by the same token.
   *
   * @returns what there is: an answer of the same request, the same request without one yet, or another request.
   */
  begin(
    request: RequestKey & { readonly nowMs: number },
  ): Promise<"begun" | "unanswered" | "other_request" | { readonly answer: Uint8Array }>;

  /** Its answer, sealed. */
  finish(request: RequestKey & { readonly answer: Uint8Array }): Promise<void>;

  /** It has changed nothing: its key can be used again. */
  forget(request: RequestKey): Promise<void>;

  /** Forgets those that began before. */
  prune(beforeMs: number): Promise<void>;
}

export interface RequestKey {
  readonly tokenId: number;
  /** SHA-256, 32 octets each: of the key, and of all that the request says. */
  readonly keyHash: Uint8Array;
  readonly requestHash: Uint8Array;
}
