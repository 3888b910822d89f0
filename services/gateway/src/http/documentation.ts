import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

const description = `Waybill's public door. Log in, and send the token as \`Authorization: Bearer …\`.

Errors have one body: \`error\` for people, \`reason\` for programs, \`fields\` that are wrong, and the \`traceId\`. Lists are arrays; the next page is in
the \`Link\` header. \`Idempotency-Key\` makes a request repeatable. Amounts are in minor units of their currency, times are UTC.`;

/** Swagger UI needs its own scripts and styles, and nothing from elsewhere. */
const uiPolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; object-src 'none'; frame-ancestors 'none'";

/** Collects the routes that are registered afterwards into an OpenAPI 3.1 document: /openapi.json, and /docs for people. */
export async function documentRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Waybill", version: "1.0.0", description },
      servers: [{ url: "/" }],
      components: {
        securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: withoutUnused,
  });
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: true,
    transformStaticCSP: () => uiPolicy,
  });
  let document: string | undefined;
  app.get("/openapi.json", { schema: { hide: true } as object }, (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type("application/json; charset=utf-8").send(document);
  });
}

interface Documented {
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

/** Every named schema is made twice, as input and as output; only what is referred to is shown. */
const withoutUnused: typeof jsonSchemaTransformObject = (document) => {
  const made = jsonSchemaTransformObject(document) as Documented;
  const text = JSON.stringify(made);
  const schemas = Object.entries(made.components?.schemas ?? {}).filter(([name]) =>
    text.includes(`"#/components/schemas/${name}"`),
  );
  return {
    ...made,
    components: { ...made.components, schemas: Object.fromEntries(schemas) },
  };
};
