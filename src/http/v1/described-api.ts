import type { ApiParts } from "../api-parts.ts";
import { type OpenApiDocument, openApiDocument } from "./openapi.ts";
import type { V1Parts } from "./v1-parts.ts";
import { v1Routes } from "./v1-router.ts";

/** The description of v1 without a server: what its routes are made of is used only when they are called. */
export function describedApi(version: string): OpenApiDocument {
  const nothing = { store: {} };
  return openApiDocument(
    v1Routes(nothing as unknown as ApiParts, nothing as unknown as V1Parts),
    version,
  );
}
