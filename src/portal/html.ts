/** Markup that is safe to send: everything else is escaped on its way into it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes. Nothing is written for undefined and false; a list is written without anything between. */
export type Piece = string | number | Html | undefined | false | readonly Piece[];

export const NOTHING: Html = new Html("");

/** The only way to make markup. Texts are for content and for attributes in double quotes alone. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = strings[0] ?? "";
  for (const [i, piece] of pieces.entries()) text += written(piece) + (strings[i + 1] ?? "");
  return new Html(text);
}

/** Pieces with something between them. */
export function joined(pieces: readonly Piece[], between: string): Html {
  return new Html(pieces.map(written).join(escaped(between)));
}

function written(piece: Piece): string {
  if (piece instanceof Html) return piece.text;
  if (typeof piece === "string") return escaped(piece);
  if (typeof piece === "number") return String(piece);
  return piece === undefined || piece === false ? "" : piece.map(written).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
