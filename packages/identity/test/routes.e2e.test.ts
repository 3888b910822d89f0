import { expect } from "chai";
import { callers } from "./support/matrix.ts";
import { type Route, routes, undocumented } from "./support/routes.ts";
import { commonShop, type Shop } from "./support/shop.ts";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

describe("who may use which route", function () {
  this.timeout(90_000);
  let shop: Shop;
  let door: string;
  before(async () => {
    shop = await commonShop();
    door = `http://${shop.stack.address("gateway")}`;
  });

  /** The status of the answer; what would go on for ever is hung up on. */
  async function ask(route: Route, userId: string, token: string, method = route.method) {
    const body = route.body(userId);
    const response = await fetch(door + route.path(userId), {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined || method === "HEAD" ? {} : { body: JSON.stringify(body) }),
    });
    await response.body?.cancel();
    return response.status;
  }

  it("names every route of the gateway, and no other", async () => {
    const document = (await (await fetch(`${door}/openapi.json`)).json()) as Document;
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = routes.map(({ name }) => name);
    expect([...named].sort()).to.deep.equal([...documented, ...undocumented].sort());
  });

  for (const route of routes)
    it(route.name, async () => {
      const expected: Record<string, number> = {};
      const answered: Record<string, number> = {};
      for (const caller of callers) {
        const userId = caller === "customer, another's" ? "bob" : "alice";
        expected[caller] = route.status(caller);
        answered[caller] = await ask(route, userId, shop.tokens[caller]);
      }
      expect(answered).to.deep.equal(expected);
    });

  it("asks for HEAD the same token as for GET", async () => {
    for (const route of routes.filter(({ method }) => method === "GET")) {
      const expected = isStream(route) ? 405 : route.status("no token");
      expect(await ask(route, "alice", "", "HEAD"), route.name).to.equal(expected);
    }
  });
});

/** There is no HEAD of a stream: it would open one that nobody reads. */
const isStream = ({ name }: Route): boolean => name.endsWith("/events");
