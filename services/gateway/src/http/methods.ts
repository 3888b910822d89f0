import type { FastifyInstance } from "fastify";

/** The methods that a path is there for; none when there is no such path. */
export type MethodsOf = (path: string) => readonly string[];

/** Learns of the routes that are added afterwards. Files and pages, which have a wildcard for a path, are none. */
export function learnMethods(app: FastifyInstance): MethodsOf {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    if (!url.includes("*")) routes.push({ path: patternOf(url), methods: [method].flat() });
  });
  return (path) => {
    const found = routes.filter((route) => route.path.test(path));
    return [...new Set(found.flatMap(({ methods }) => methods))].sort();
  };
}

/** Matches the paths of a route: /api/orders/:orderId that of every order. */
function patternOf(url: string): RegExp {
  const parts = url
    .split("/")
    .map((part) => (part.startsWith(":") ? "[^/]+" : RegExp.escape(part)));
  return new RegExp(`^${parts.join("/")}$`);
}
