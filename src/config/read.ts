/**
 * How a value of the file becomes one of the configuration: functions that accept or do not, made of
 * smaller ones. What is wrong with a value that is not accepted, `ValueKind.allowed` says.
 */

/** An object, since undefined and 0 are values, too. */
export type Accepted<Value> = { readonly value: Value } | undefined;

export type Read<Value> = (raw: unknown) => Accepted<Value>;

/** Text for which `parse` gives a value, and undefined for any other. */
export function textBy<Value>(parse: (text: string) => Value | undefined): Read<Value> {
  return (raw) => {
    const value = typeof raw === "string" ? parse(raw) : undefined;
    return value === undefined ? undefined : { value };
  };
}

/** Text as it stands, if it is accepted. */
export function textThat(isAccepted: (text: string) => boolean): Read<string> {
  return textBy((text) => (isAccepted(text) ? text : undefined));
}

/** One text, which means `value`. */
export function theText<Value>(text: string, value: Value): Read<Value> {
  return (raw) => (raw === text ? { value } : undefined);
}

export function integerFrom(minimum: number, maximum: number): Read<number> {
  return (raw) => {
    const isInteger = typeof raw === "number" && Number.isSafeInteger(raw);
    return isInteger && raw >= minimum && raw <= maximum ? { value: raw } : undefined;
  };
}

/** The first that accepts it. */
export function anyOf<Value>(...reads: readonly Read<Value>[]): Read<Value> {
  return (raw) => {
    for (const read of reads) {
      const accepted = read(raw);
      if (accepted !== undefined) return accepted;
    }
    return undefined;
  };
}

/** What is accepted, changed. */
export function mapped<Value, Result>(
  read: Read<Value>,
  change: (value: Value) => Result,
): Read<Result> {
  return (raw) => {
    const accepted = read(raw);
    return accepted && { value: change(accepted.value) };
  };
}

/** What one accepts and turns into something that the next accepts, too. */
export function andThen<Value, Result>(read: Read<Value>, next: Read<Result>): Read<Result> {
  return (raw) => {
    const accepted = read(raw);
    return accepted && next(accepted.value);
  };
}

/** A list of at least `least` values. */
export function listOf<Value>(read: Read<Value>, least: number): Read<readonly Value[]> {
  return (raw) => {
    if (!Array.isArray(raw) || raw.length < least) return undefined;
    const values: Value[] = [];
    for (const each of raw) {
      const accepted = read(each);
      if (accepted === undefined) return undefined;
      values.push(accepted.value);
    }
    return { value: values };
  };
}
