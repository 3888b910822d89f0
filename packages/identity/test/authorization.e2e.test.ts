import { ItemServiceDefinition } from "@waybill/contracts/item";
import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { isServing } from "@waybill/stack";
import { expect } from "chai";
import { callers, expectedFor, type Row } from "./support/matrix.ts";
import { commonShop, orderOf, type Shop } from "./support/shop.ts";
import { table } from "./support/table.ts";

describe("who may call what", function () {
  this.timeout(90_000);
  let shop: Shop;
  before(async () => {
    shop = await commonShop();
  });

  for (const { definition, rows } of table) {
    describe(definition.fullName, () => {
      for (const [method, row] of Object.entries<Row>(rows)) {
        it(method, async () => {
          const expected: Record<string, string> = {};
          const answered: Record<string, string> = {};
          for (const caller of callers) {
            const request = caller === "customer, another's" ? row.others : row.own;
            expected[caller] = expectedFor(caller, row);
            answered[caller] = await shop.ask({ definition, method }, request, shop.tokens[caller]);
          }
          expect(answered).to.deep.equal(expected);
        });
      }
    });
  }

  describe("what a customer sees", () => {
    const alice = orderOf("alice");
    const bob = orderOf("bob");
    const asAlice = (definition: Parameters<Shop["ask"]>[0]["definition"], method: string) => ({
      with: (request: object) =>
        shop.call({ definition, method }, request, shop.tokens["customer, own"]),
    });

    it("of a batch its own elements; another's is NOT_FOUND, in its place", async () => {
      const orderIds = [bob, alice, "nowhere"];
      const orders = await asAlice(OrderServiceDefinition, "batchGetOrders").with({ orderIds });
      expect(casesOf(orders)).to.deep.equal(["NOT_FOUND", "response", "NOT_FOUND"]);
      const states = await asAlice(StatusServiceDefinition, "batchGetStatuses").with({ orderIds });
      expect(casesOf(states)).to.deep.equal(["NOT_FOUND", "response", "NOT_FOUND"]);
    });

    it("places orders of its own in a batch, and none for others", async () => {
      const lines = [{ itemId: "tea", quantity: 1 }];
      const requests = [
        { orderId: alice, userId: "alice", lines, paymentMethod: "pm_ok" },
        { orderId: "forged", userId: "bob", lines, paymentMethod: "pm_ok" },
      ];
      const placed = await asAlice(OrderServiceDefinition, "batchCreateOrders").with({ requests });
      expect(casesOf(placed)).to.deep.equal(["response", "PERMISSION_DENIED"]);
    });

    for (const [name, definition, method, rows] of [
      ["orders", OrderServiceDefinition, "listOrders", "orders"],
      ["states", StatusServiceDefinition, "listStatuses", "statuses"],
      ["payments", PaymentServiceDefinition, "listPayments", "payments"],
      ["notifications", NotificationServiceDefinition, "listNotifications", "notifications"],
    ] as const) {
      it(`of a list of ${name} its own, whatever it asks for`, async () => {
        for (const userId of ["", "alice", "bob"]) {
          const page = await asAlice(definition, method).with({ userId });
          const listed = (page as Record<string, { userId: string }[]>)[rows] ?? [];
          expect(new Set(listed.map((row) => row.userId))).to.deep.equal(new Set(["alice"]));
        }
      });
    }

    it("not the stream of all orders", async () => {
      const rpc = { definition: StatusServiceDefinition, method: "watchStatuses" };
      const { tokens } = shop;
      expect(await shop.ask(rpc, {}, tokens["customer, own"])).to.equal("PERMISSION_DENIED");
      expect(await shop.ask(rpc, {}, tokens.admin)).to.equal("OK");
    });

    it("cancels as itself, whatever actor it names", async () => {
      const rpc = { definition: OrderServiceDefinition, method: "cancelOrder" };
      const request = { orderId: bob, actor: { kind: 3, id: "coordinator" } };
      expect(await shop.ask(rpc, request, shop.tokens["customer, own"])).to.equal("NOT_FOUND");
    });
  });

  it("health is open", async () => {
    expect(await isServing(shop.stack.address("order"))).to.equal(true);
  });

  it("a new signing key is published before it signs, and logs nobody out", async () => {
    const user = (method: string, request: object, token = "") =>
      shop.call({ definition: UserServiceDefinition, method }, request, token);
    const password = "correct horse battery";
    const account = { userId: "carol", name: "Carol", email: "carol@example.com", password };
    await user("createUser", account);
    const logIn = async () => {
      const answer = await user("authenticate", account);
      return (answer as { tokens: { accessToken: string } }).tokens.accessToken;
    };
    const listItems = { definition: ItemServiceDefinition, method: "listItems" };
    const listOrders = { definition: OrderServiceDefinition, method: "listOrders" };
    const before = await logIn();
    expect(await shop.ask(listItems, {}, before)).to.equal("OK");
    const rotation = await user("rotateSigningKey", { requestId: "first" }, shop.tokens.admin);
    const { jwksJson } = (await user("listSigningKeys", {})) as { jwksJson: string };
    const published = JSON.parse(jwksJson).keys.map(({ kid }: { kid: string }) => kid);
    expect(published)
      .to.include((rotation as { keyId: string }).keyId)
      .and.to.include(keyIdOf(before));
    for (const token of [before, await logIn()]) {
      expect(await shop.ask(listItems, {}, token)).to.equal("OK"); // Known to it from before.
      expect(await shop.ask(listOrders, {}, token)).to.equal("OK"); // Seen for the first time.
    }
  });
});

interface BatchResponse {
  readonly results: readonly {
    readonly result: { readonly $case: string; readonly value: { readonly code?: number } };
  }[];
}

/** "response", or the code of the failure, of each element. */
const casesOf = (response: unknown): string[] =>
  (response as BatchResponse).results.map(({ result }) =>
    result.$case === "response" ? "response" : (codeNames.get(result.value.code ?? 0) ?? "?"),
  );

const codeNames = new Map([
  [5, "NOT_FOUND"],
  [7, "PERMISSION_DENIED"],
]);

const keyIdOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
