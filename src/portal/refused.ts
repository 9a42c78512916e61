import { ProblemError } from "../http/v1/problem.ts";

/** What a form did wrong, by its field; "" is about all of it. */
export type FormErrors = Readonly<Record<string, string>>;

/** What can be mended by filling the form in anew; anything else is thrown on. */
export function formErrors(
  error: unknown,
  fieldOf: Readonly<Record<string, string>> = {},
): FormErrors {
  if (!(error instanceof ProblemError) || error.status >= 500 || error.status === 403) throw error;
  const [first] = error.errors ?? [];
  // As v1 writes places: body/allowfrom/0
  const place = first?.at.split("/")[1] ?? "";
  const name = fieldOf[place] ?? place;
  return { [name]: first?.message ?? error.message };
}
