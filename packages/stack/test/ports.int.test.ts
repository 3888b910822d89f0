import { freePort } from "@waybill/stack";
import { expect } from "chai";

describe("free ports", () => {
  it("are given once, also while nobody listens there yet", async () => {
    const ports = await Promise.all(Array.from({ length: 1_000 }, () => freePort()));
    expect(new Set(ports).size).to.equal(ports.length);
  });
});
