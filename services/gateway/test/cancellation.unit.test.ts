import { OrderState } from "@waybill/contracts/status";
import { expect } from "chai";
import { cancellableUntil } from "../src/app/cancellation.ts";
import { at, order } from "./support/fakes.ts";

const after = (ms: number) => new Date(at.getTime() + ms);

describe("until when an order can surely be cancelled", () => {
  it("is the window's end, while it is PENDING", () => {
    expect(cancellableUntil(order(), 5_000)).to.deep.equal(after(5_000));
    expect(cancellableUntil(order(), 1)).to.deep.equal(after(1));
  });

  it("is not told once it is decided, without a window, or when a coordinator decides", () => {
    expect(cancellableUntil(order({ state: OrderState.CONFIRMED }), 5_000)).to.equal(undefined);
    expect(cancellableUntil(order({ state: OrderState.CANCELLED }), 5_000)).to.equal(undefined);
    expect(cancellableUntil(order(), 0)).to.equal(undefined);
    expect(cancellableUntil(order({ expiresAt: after(60_000) }), 5_000)).to.equal(undefined);
  });
});
