import { expect } from "chai";
import fc from "fast-check";
import { plausibleValues } from "../src/inputs/fields.ts";
import { bytesOfBody, requests } from "../src/inputs/requests.ts";
import { operationsOf } from "../src/targets/routes.ts";
import { known } from "./support.ts";

/** A document with all that the gateway's has: parameters of all kinds, references, lists, choices. */
const document = {
  paths: {
    "/api/orders/{orderId}": {
      put: {
        parameters: [
          { name: "orderId", in: "path", schema: { type: "string" } },
          { name: "pageSize", in: "query", schema: { type: "integer" } },
          { name: "idempotency-key", in: "header", schema: { type: "string" } },
        ],
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
        },
      },
      get: {},
    },
  },
};
const order = {
  type: "object",
  properties: {
    items: { type: "array", items: { type: "object", properties: { itemId: { type: "string" } } } },
    status: { enum: ["PAID", "SHIPPED"] },
    note: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
};
const making = {
  plausible: plausibleValues(known),
  referred: () => order,
  tokens: { customer: "c", admin: "a", service: "s" },
};

describe("requests made from an OpenAPI document", () => {
  const [put, get] = operationsOf(document);
  if (put === undefined || get === undefined) throw new Error("two operations are described");
  const sample = fc.sample(requests(put, making), { seed: 1, numRuns: 800 });

  it("are of its methods and paths", () => {
    expect([put.method, get.method]).to.deep.equal(["PUT", "GET"]);
    for (const { method, target } of sample) {
      expect(method).to.equal("PUT");
      expect(target).to.match(/^\/api\/orders\/[!-~]*$/);
    }
  });

  it("have headers that can be sent", () => {
    for (const { headers } of sample)
      for (const [name, value] of Object.entries(headers))
        expect(`${name}: ${value}`).to.match(/^[\w-]+: [ -~]*$/);
  });

  it("have plausible bodies mostly; and none, garbage, and bodies at the limit and beyond", () => {
    const bodies = sample.map(({ body }) => Buffer.from(bytesOfBody(body)));
    const plausible = bodies.filter((body) => /^\{"items":\[\{"itemId":"tea"\}/.test(`${body}`));
    expect(plausible.length).to.be.greaterThan(sample.length / 4);
    const lengths = bodies.map(({ length }) => length);
    expect(lengths).to.include.members([0, 65_536, 65_537]);
  });

  it("have no body mostly where none is described", () => {
    const bodies = fc.sample(requests(get, making), { seed: 1, numRuns: 200 });
    const empty = bodies.filter(({ body }) => bytesOfBody(body).length === 0);
    expect(empty.length).to.be.within(170, 199);
  });
});
