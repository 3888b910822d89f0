import { expect } from "chai";
import { z } from "zod";
import { limits, Refusal, rules, validate } from "../src/index.ts";

const address = z.object({ postalCode: rules.text(20), country: rules.country });
const schema = z.object({
  orderId: rules.id,
  requestId: rules.optionalId,
  lines: rules.list(z.object({ itemId: rules.id, quantity: rules.quantity }), 3),
  shipTo: address.optional(),
  total: rules.money.optional(),
  pageSize: rules.pageSize,
});

const valid = {
  orderId: "o-1",
  requestId: "",
  lines: [{ itemId: "i-1", quantity: 1 }],
  pageSize: 0,
};

/** field → description of what is wrong with the request. */
function violations(request: unknown, of: z.ZodType = schema): Record<string, string> {
  try {
    validate(of, request);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Object.fromEntries(error.violations.map((v) => [v.field, v.description]));
  }
  return {};
}

describe("validation", () => {
  it("answers the request as the rules have it, with defaults", () => {
    expect(validate(schema, valid)).to.deep.equal({ ...valid, pageSize: limits.defaultPageSize });
  });

  it("names each wrong field as the contract does, its rule, and what was given", () => {
    const request = {
      ...valid,
      orderId: "a b",
      lines: [valid.lines[0], { itemId: "", quantity: 0 }],
      shipTo: { postalCode: "1".repeat(21), country: "Germany" },
    };
    expect(violations(request)).to.deep.equal({
      order_id: 'must be 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-"; given: "a b"',
      "lines[1].item_id": 'must be 1 to 64 characters of A-Z, a-z, 0-9, "_" and "-"; given: ""',
      "lines[1].quantity": "must be 1 to 10000; given: 0",
      "ship_to.postal_code": 'must be at most 20 characters; given: "111111111111111111111"',
      "ship_to.country": 'must be two capital letters (ISO 3166-1); given: "Germany"',
    });
  });

  it("keeps what is to be one line to one line", () => {
    const named = z.object({ name: rules.requiredLine(5) });
    for (const name of ["Zoë", "a b", "王小明"])
      expect(violations({ name }, named)).to.deep.equal({});
    for (const name of ["a\nb", "a\rb", "a\tb", "a\u2028b", "a\u0085b", "\u001b[2J", "\0"])
      expect(violations({ name }, named).name).to.match(/must (be one line|not contain)/);
    expect(violations({ name: "" }, named).name).to.match(/^must be 1 to 5 characters/);
    expect(violations({ name: "123456" }, named).name).to.match(/^must be at most 5 characters/);
  });

  it("names the fields of a oneof as the contract does", () => {
    const choice = z.object({
      provider: z.object({
        $case: z.literal("simulated"),
        value: z.object({ delayMs: rules.quantity }),
      }),
    });
    const request = { provider: { $case: "simulated", value: { delayMs: -1 } } };
    expect(violations(request, choice)).to.have.keys("provider.delay_ms");
  });

  const wrong: readonly [what: string, change: object, field: string][] = [
    ["no lines", { lines: [] }, "lines"],
    ["too many lines", { lines: Array(4).fill(valid.lines[0]) }, "lines"],
    ["a negative quantity", { lines: [{ itemId: "i", quantity: -1 }] }, "lines[0].quantity"],
    [
      "a quantity above the limit",
      { lines: [{ itemId: "i", quantity: 10_001 }] },
      "lines[0].quantity",
    ],
    ["a fraction", { lines: [{ itemId: "i", quantity: 1.5 }] }, "lines[0].quantity"],
    ["an id of 65 characters", { orderId: "x".repeat(65) }, "order_id"],
    ["an id with a line break", { orderId: "x\n" }, "order_id"],
    ["a malformed optional id", { requestId: "x y" }, "request_id"],
    ["a negative page size", { pageSize: -1 }, "page_size"],
    ["a page size above the limit", { pageSize: 501 }, "page_size"],
    ["a negative amount", { total: { minorUnits: -1n, currency: "EUR" } }, "total.minor_units"],
    [
      "an amount above the limit",
      { total: { minorUnits: 2n ** 53n, currency: "EUR" } },
      "total.minor_units",
    ],
    [
      "a currency in small letters",
      { total: { minorUnits: 1n, currency: "eur" } },
      "total.currency",
    ],
    ["a NUL in a text", { shipTo: { postalCode: "\0", country: "DE" } }, "ship_to.postal_code"],
  ];
  for (const [what, change, field] of wrong) {
    it(`refuses ${what}`, () => {
      expect(violations({ ...valid, ...change })).to.have.keys(field);
    });
  }

  it("bounds what it repeats: few violations, short values", () => {
    const many = z.array(rules.id);
    const shown = Object.entries(violations(Array(1_000).fill("x y".repeat(1_000)), many));
    expect(shown).to.have.length(20);
    expect(shown[0]?.[1]).to.have.length.below(200).and.contain("and 2936 more");
  });
});
