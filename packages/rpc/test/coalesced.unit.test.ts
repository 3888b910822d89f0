import { createBatchingPoint } from "@waybill/batching";
import { ErrorReason } from "@waybill/contracts/errors";
import { expect } from "chai";
import { type CallContext, coalesced, Refusal, refuse, Status, toResult } from "../src/index.ts";

const call = { signal: new AbortController().signal } as CallContext;

/** Doubles numbers. 0 cannot be decoded, 13 is refused, 99 cannot be encoded, 666 breaks its batch. */
function doubling(options: { maxQueued?: number } = {}) {
  const batches: (readonly number[])[] = [];
  const point = createBatchingPoint<number, number | Refusal>({
    name: "double",
    ...options,
    handle: async (numbers) => {
      batches.push(numbers);
      if (numbers.includes(666)) throw new Error("secret");
      return numbers.map((n) =>
        n === 13 ? refuse.failedPrecondition(ErrorReason.OUT_OF_STOCK, "13 is short") : n * 2,
      );
    },
  });
  const errors: unknown[] = [];
  const double = coalesced({
    point,
    decode: ({ number }: { number: number }) => {
      if (number === 0) throw refuse.invalidField("number", "must not be 0");
      return number;
    },
    encode: (result) => {
      if (result instanceof Refusal) throw result;
      if (result === 198) throw new TypeError("cannot encode");
      return { double: result };
    },
    logger: { error: ({ error }: { error: unknown }) => errors.push(error) } as never,
  });
  return { point, batches, errors, double };
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail("expected a rejection"),
    (error: unknown) => error,
  );

describe("a unary RPC and its batch twin", () => {
  it("share batches", async () => {
    const { double, batches } = doubling();
    const [one, many] = await Promise.all([
      double.one({ number: 1 }, call),
      double.many([{ number: 2 }, { number: 3 }], call),
    ]);
    expect(one).to.deep.equal({ double: 2 });
    expect(many).to.deep.equal([{ ok: { double: 4 } }, { ok: { double: 6 } }]);
    expect(batches).to.deep.equal([[1, 2, 3]]);
  });

  it("give each element of a batch a result of its own, in order", async () => {
    const { double, errors } = doubling();
    const numbers = [1, 0, 13, 99, 666, 2];
    const results = await double.many(
      numbers.map((number) => ({ number })),
      call,
    );
    expect(
      results.map((result) => ("ok" in result ? result.ok.double : result.failure.code)),
    ).to.deep.equal([2, Status.INVALID_ARGUMENT, Status.FAILED_PRECONDITION, 13, 13, 4]);
    expect(JSON.stringify(results.map(toResult))).to.not.contain("secret");
    expect(errors.map(String)).to.deep.equal(["TypeError: cannot encode", "Error: secret"]);
  });

  it("throw the refusal of a single request", async () => {
    const { double } = doubling();
    expect(await rejection(double.one({ number: 0 }, call))).to.be.instanceOf(Refusal);
    expect(await rejection(double.one({ number: 13 }, call))).to.be.instanceOf(Refusal);
  });

  for (const count of [0, 513]) {
    it(`refuse ${count} elements, naming the field`, async () => {
      const { double } = doubling();
      const error = await rejection(double.many(Array(count).fill({ number: 1 }), call, "ids"));
      expect((error as Refusal).violations[0]?.field).to.equal("ids");
    });
  }

  it("refuse every element when the point is full or closed", async () => {
    const { double, point } = doubling({ maxQueued: 1 });
    const requests = [{ number: 0 }, { number: 1 }, { number: 2 }];
    const reasons = async () =>
      (await double.many(requests, call)).map((result) =>
        "failure" in result ? result.failure.reason : "ok",
      );
    const { INVALID_FIELD, OVERLOADED, SHUTTING_DOWN } = ErrorReason;
    expect(await reasons()).to.deep.equal([INVALID_FIELD, OVERLOADED, OVERLOADED]);
    await point[Symbol.asyncDispose]();
    expect(await reasons()).to.deep.equal([INVALID_FIELD, SHUTTING_DOWN, SHUTTING_DOWN]);
  });
});
