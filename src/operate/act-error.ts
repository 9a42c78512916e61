/** What an administrator asked for cannot be done; `message` says why. Nothing has changed. */
export class ActError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ActError";
  }
}
