// Waiting for an answer to change, by asking.

/**
 * Asks again and again (a question is a process of its own, which is pace enough) until an answer is
 * the one looked for; all the answers, the right one last.
 * @throws Error with the last answer if `limitSeconds` pass first.
 */
export async function until<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  limitSeconds: number,
): Promise<T[]> {
  const limit = performance.now() + limitSeconds * 1000;
  const answers: T[] = [];
  while (performance.now() < limit) {
    const answer = await ask();
    answers.push(answer);
    if (isRight(answer)) return answers;
  }
  throw new Error(`not within ${limitSeconds} s; at last ${JSON.stringify(answers.at(-1))}`);
}
