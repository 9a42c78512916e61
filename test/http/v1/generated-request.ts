/** Requests made from an OpenAPI document: mostly what it describes, now and then what it does not. */
import fc from "fast-check";

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface GeneratedRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Values that mean something to the server under test, by the name of the field. */
const MEANT: Readonly<Record<string, readonly unknown[]>> = {
  name: [
    "www.customer.invalid",
    "*.customer.invalid",
    "shop.customer.invalid",
    "1",
    "2",
    "com",
    "_x.customer.invalid",
  ],
  domain: ["www.customer.invalid", "https://customer.invalid/", "customer.invalid"],
  allowfrom: [[], [], ["192.0.2.0/24"], ["2001:db8::/32", "10.0.0.0/8"], ["nowhere"]],
  zone: ["auth.example.org", "AUTH.example.org.", "example.net"],
  id: [1, 1, 1, 2, 3, 4, 999],
  key: [1, 1, 2, 3, 4, 5, 999],
  hostname: [1, 1, 2, 3, 999],
  after: [0, 1, 5],
  "If-Match": ["*", '"x"', ""],
  "If-None-Match": ["*", '"x"', 'W/"y"'],
  "Idempotency-Key": Array.from({ length: 60 }, (_, i) => `key-${i}`),
};

const JUNK: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("", " ", "\u0000", "%00", "../..", "'", "__proto__", -1, 1.5, 1e300, null, []),
);

function ofSchema(document: Document, name: string, schema: Schema): fc.Arbitrary<unknown> {
  const meant = MEANT[name];
  const usual = described(document, schema);
  const given =
    meant === undefined
      ? usual
      : fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom(...meant) },
          { weight: 1, arbitrary: usual },
        );
  return fc.oneof({ weight: 30, arbitrary: given }, { weight: 1, arbitrary: JUNK });
}

function described(document: Document, schema: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) {
    const target = document.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
    return described(document, target ?? {});
  }
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((each) => described(document, each)));
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 2e9, 2e9) });
    case "string":
      return text(schema);
    case "array":
      return fc.array(described(document, schema.items ?? {}), {
        maxLength: Math.min(schema.maxItems ?? 4, 40),
      });
    case "object":
      return object(document, schema);
    default:
      return JUNK;
  }
}

function text({ format, pattern, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  // What is no control character in all of Unicode takes long to be made of its pattern.
  const isAny = pattern === undefined || pattern === "^[^\\p{C}]*$";
  const matching = isAny
    ? fc.string({ maxLength })
    : fc.stringMatching(new RegExp(pattern.replaceAll("[^\\p{C}]", "[ -~]"), "u"));
  return fc.oneof(
    { weight: 15, arbitrary: matching.map((value) => value.slice(0, maxLength)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 300, unit: "binary" }) },
  );
}

function object(document: Document, schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [], additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === "object") {
    const key = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom("env", "team", "a.b") },
      { weight: 1, arbitrary: fc.constantFrom("-x", "__proto__") },
    );
    return fc.dictionary(key, described(document, additionalProperties), { maxKeys: 4 });
  }
  const members = Object.entries(properties ?? {}).map(([name, member]) => [
    name,
    ofSchema(document, name, member),
  ]);
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] as never[] });
}

/** Operations that ask DNS take their time: there are fewer of them. */
const SLOW = ["createCheck", "recheckHostname"];

export function requestsOf(document: Document): fc.Arbitrary<GeneratedRequest> {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      weight: SLOW.includes(operation.operationId) ? 1 : 20,
      arbitrary: requestOf(document, path, method, operation),
    })),
  );
  return fc.oneof(...all);
}

function requestOf(
  document: Document,
  path: string,
  method: string,
  operation: Operation,
): fc.Arbitrary<GeneratedRequest> {
  const { operationId, parameters, requestBody } = operation;
  const values = parameters.map(({ name, required, schema }) => {
    const value = ofSchema(document, name, schema);
    return required ? value : fc.option(value, { nil: undefined, freq: 2 });
  });
  const schema = requestBody?.content["application/json"]?.schema;
  const json =
    schema === undefined
      ? fc.constant(undefined)
      : fc.oneof(
          {
            weight: 10,
            arbitrary: described(document, schema).map((body) => JSON.stringify(body)),
          },
          { weight: 1, arbitrary: fc.jsonValue().map((body) => JSON.stringify(body)) },
          { weight: 1, arbitrary: fc.constantFrom("", "{", "[]", "\ufeff{}", '{"a":1,"a":2}') },
        );
  return fc.tuple(fc.tuple(...values), json).map(([given, body]) => {
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    let target = path;
    parameters.forEach(({ name, in: place }, i) => {
      const value = given[i];
      if (value === undefined) return;
      const shown = typeof value === "string" ? value : JSON.stringify(value);
      if (place === "path")
        target = target.replace(`{${name}}`, encodeURIComponent(shown) || "%20");
      else if (place === "query") query.set(name, shown);
      // What cannot be in a header is for other tests.
      else headers[name] = shown.replaceAll(/[^\x21-\x7e]/g, "");
    });
    const search = query.size === 0 ? "" : `?${query}`;
    return { operationId, method: method.toUpperCase(), path: target + search, headers, body };
  });
}
