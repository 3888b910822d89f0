import { fromBinary } from "@bufbuild/protobuf";
import { DeliveryServiceDefinition } from "@waybill/contracts/delivery";
import { ItemServiceDefinition } from "@waybill/contracts/item";
import { NotificationServiceDefinition } from "@waybill/contracts/notification";
import { OrderServiceDefinition } from "@waybill/contracts/order";
import { PaymentServiceDefinition } from "@waybill/contracts/payment";
import { ShippingServiceDefinition } from "@waybill/contracts/shipping";
import { StatusServiceDefinition } from "@waybill/contracts/status";
import { UserServiceDefinition } from "@waybill/contracts/user";
import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import { expect } from "chai";
import fc from "fast-check";
import { plausibleValues } from "../src/inputs/fields.ts";
import { bytesOf, contents } from "../src/inputs/messages.ts";
import { mutated, mutations } from "../src/inputs/mutations.ts";
import { isDecodable } from "../src/judge/isDecodable.ts";
import { rpcMethods, rpcName } from "../src/targets/rpcs.ts";
import { known, methodNamed } from "./support.ts";

const plausible = plausibleValues(known);
const sampled = { seed: 1, numRuns: 60 };

/** What the services read requests by. */
const readers = new Map(
  [
    DeliveryServiceDefinition,
    ItemServiceDefinition,
    NotificationServiceDefinition,
    OrderServiceDefinition,
    PaymentServiceDefinition,
    ShippingServiceDefinition,
    StatusServiceDefinition,
    UserServiceDefinition,
    WorkflowServiceDefinition,
  ].flatMap(({ fullName, methods }) =>
    Object.values(methods).map(({ name, requestType }) => [`${fullName}/${name}`, requestType]),
  ),
);

const isRead = (rpc: string, bytes: Uint8Array): boolean => {
  try {
    readers.get(rpc)?.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

describe("requests made from the contracts", () => {
  it("are there for every RPC that a service has", () => {
    expect(rpcMethods().map(rpcName).sort()).to.deep.equal([...readers.keys()].sort());
  });

  for (const method of rpcMethods()) {
    it(`${rpcName(method)}: are protobuf of its type, and the reader of bytes agrees with the service's own`, () => {
      for (const content of fc.sample(contents(method.input, plausible), sampled)) {
        const bytes = bytesOf(method.input, content);
        expect(fromBinary(method.input, bytes).$typeName).to.equal(method.input.typeName);
        expect(isDecodable(method.input, bytes)).to.equal(true);
      }
      const changed = fc.tuple(contents(method.input, plausible), mutations);
      for (const [content, changes] of fc.sample(changed, { ...sampled, seed: 2 })) {
        const bytes = mutated(bytesOf(method.input, content), changes);
        const hex = Buffer.from(bytes).toString("hex").slice(0, 200);
        expect(isDecodable(method.input, bytes), hex).to.equal(isRead(rpcName(method), bytes));
      }
    });
  }

  const sample = (rpc: string, numRuns: number) =>
    fc.sample(contents(methodNamed(rpc).input, plausible), { seed: 3, numRuns });

  it("are the same for the same seed", () => {
    expect(sample("OrderService/CreateOrder", 50)).to.deep.equal(
      sample("OrderService/CreateOrder", 50),
    );
  });

  it("have lists of none, a limit, and one beyond", () => {
    const lengths = sample("BatchGetOrders", 600).map(({ orderIds }) =>
      Array.isArray(orderIds) ? orderIds.length : 0,
    );
    expect(lengths).to.include.members([0, 1, 2, 3, 512, 513]);
  });

  it("have texts with NUL and of 65 characters, and times, numbers and enums out of range", () => {
    const orders = JSON.stringify(sample("OrderService/CreateOrder", 2_000), (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(orders)
      .to.include("\\u0000")
      .and.match(/"(.)\1{64}"/);
    const lists = sample("ListOrders", 2_000);
    expect(lists.some(({ pageSize }) => pageSize === 501)).to.equal(true);
    expect(lists.some(({ state }) => Number(state) > 6)).to.equal(true);
    const years = lists.map(({ placedAfter }) => (placedAfter as { seconds: bigint })?.seconds);
    expect(years.some((seconds) => seconds > 253_402_300_799n)).to.equal(true);
  });

  it("are mostly such that no single field is odd", () => {
    const plain = sample("GetOrder", 400).filter(({ orderId }) =>
      /^[\w-]{1,64}$/.test(`${orderId}`),
    );
    expect(plain.length).to.be.within(320, 399);
  });
});
