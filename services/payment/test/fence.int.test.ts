import type { Database } from "@waybill/persistence";
import { expect } from "chai";
import type { PaymentRequest } from "../src/app/commitIntents.ts";
import { FakeProvider } from "./support/fakeProvider.ts";
import {
  cancelIt,
  confirmIt,
  paymentDatabase,
  stateOf,
  submit,
  type TestApp,
  testApp,
  tryIt,
} from "./support/testBed.ts";

/** Brings a transaction into a state by what people can do. */
const given: Record<string, (bed: Bed, id: string) => Promise<void>> = {
  "no row": async () => {},
  TRYING: async ({ app, provider }, id) => {
    provider.breaks.set(`${id}:authorize`, "before");
    await submit(app, tryIt(id));
  },
  PENDING: async ({ app, provider }, id) => {
    provider.answers.set(id, "pending");
    await submit(app, tryIt(id));
  },
  TRIED: async ({ app }, id) => {
    await submit(app, tryIt(id));
  },
  DECLINED: async ({ app, provider }, id) => {
    provider.answers.set(id, "declined");
    await submit(app, tryIt(id));
  },
  CONFIRMING: async ({ app, provider }, id) => {
    await submit(app, tryIt(id));
    provider.breaks.set(`${id}:capture`, "after");
    await submit(app, confirmIt(id));
  },
  CONFIRMED: async ({ app }, id) => {
    await submit(app, tryIt(id));
    await submit(app, confirmIt(id));
  },
  CANCELLING: async ({ app, provider }, id) => {
    await submit(app, tryIt(id));
    provider.breaks.set(`${id}:void`, "before");
    await submit(app, cancelIt(id));
  },
  CANCELLED: async ({ app }, id) => {
    await submit(app, tryIt(id));
    await submit(app, cancelIt(id));
  },
  BLOCKED: async ({ app }, id) => {
    await submit(app, cancelIt(id));
  },
};

type Cell = readonly [outcome: string, state: string];
const cancelled: Cell = ["TRANSACTION_CANCELLED", "CANCELLED"];
const cancelling: Cell = ["TRANSACTION_CANCELLED", "CANCELLING"];
const blocked: Cell = ["TRANSACTION_CANCELLED", "BLOCKED"];

/** What Try, Try with other content, Confirm and Cancel answer and leave when the provider answers again. */
const table: Record<string, readonly [Cell, Cell, Cell, Cell]> = {
  "no row": [
    ["done TRIED", "TRIED"],
    ["done TRIED", "TRIED"],
    ["NOT_TRIED", "no row"],
    ["done BLOCKED", "BLOCKED"],
  ],
  TRYING: [
    ["done TRIED", "TRIED"],
    ["CONTENT_MISMATCH", "TRYING"],
    ["NOT_TRIED", "TRYING"],
    ["done CANCELLED", "CANCELLED"],
  ],
  PENDING: [
    ["unanswered", "PENDING"],
    ["CONTENT_MISMATCH", "PENDING"],
    ["NOT_TRIED", "PENDING"],
    ["done CANCELLED", "CANCELLED"],
  ],
  TRIED: [
    ["replayed TRIED", "TRIED"],
    ["CONTENT_MISMATCH", "TRIED"],
    ["done CONFIRMED", "CONFIRMED"],
    ["done CANCELLED", "CANCELLED"],
  ],
  DECLINED: [
    ["PAYMENT_DECLINED", "DECLINED"],
    ["CONTENT_MISMATCH", "DECLINED"],
    ["NOT_TRIED", "DECLINED"],
    ["done CANCELLED", "CANCELLED"],
  ],
  CONFIRMING: [
    ["replayed CONFIRMING", "CONFIRMING"],
    ["CONTENT_MISMATCH", "CONFIRMING"],
    ["done CONFIRMED", "CONFIRMED"],
    ["ALREADY_CONFIRMED", "CONFIRMING"],
  ],
  CONFIRMED: [
    ["replayed CONFIRMED", "CONFIRMED"],
    ["CONTENT_MISMATCH", "CONFIRMED"],
    ["replayed CONFIRMED", "CONFIRMED"],
    ["ALREADY_CONFIRMED", "CONFIRMED"],
  ],
  CANCELLING: [cancelling, cancelling, cancelling, ["done CANCELLED", "CANCELLED"]],
  CANCELLED: [cancelled, cancelled, cancelled, ["replayed CANCELLED", "CANCELLED"]],
  BLOCKED: [blocked, blocked, blocked, ["replayed BLOCKED", "BLOCKED"]],
};

const operations: readonly (readonly [name: string, make: (id: string) => PaymentRequest])[] = [
  ["Try", (id) => tryIt(id)],
  ["Try with other content", (id) => tryIt(id, "pm_ok", 1n)],
  ["Confirm", confirmIt],
  ["Cancel", cancelIt],
];

interface Bed {
  readonly app: TestApp;
  readonly provider: FakeProvider;
}

interface Case {
  readonly id: string;
  readonly state: string;
  readonly request: PaymentRequest;
  readonly cell: Cell;
}

const casesOf = (prefix: string): readonly Case[] =>
  Object.entries(table).flatMap(([state, cells]) =>
    operations.map(([name, make], index) => {
      const id = `${prefix}-${state}-${name}`.replaceAll(" ", "_");
      return { id, state, request: make(id), cell: cells[index] as Cell };
    }),
  );

describe("payment's TCC table", () => {
  let db: Database;
  const provider = new FakeProvider();
  let app: TestApp;
  const prepare = async ({ id, state }: Case) => {
    await given[state]?.({ app, provider }, id);
    provider.breaks.clear();
    expect(await stateOf(app, id)).to.equal(state);
  };

  before(async () => {
    db = await paymentDatabase();
    app = testApp(db, provider);
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await db[Symbol.asyncDispose]();
  });

  for (const one of casesOf("single")) {
    it(`${one.id.slice(7)}: ${one.cell.join(", then ")}`, async () => {
      await prepare(one);
      expect(await submit(app, one.request)).to.deep.equal([one.cell[0]]);
      expect(await stateOf(app, one.id)).to.equal(one.cell[1]);
    });
  }

  it("holds for all cells in one batch", async () => {
    const cases = casesOf("batch");
    for (const one of cases) await prepare(one);
    const outcomes = await submit(app, ...cases.map(({ request }) => request));
    expect(outcomes).to.deep.equal(cases.map(({ cell }) => cell[0]));
    for (const { id, cell } of cases) expect(await stateOf(app, id)).to.equal(cell[1]);
  });

  describe("with Try, Confirm and Cancel of one transaction in one batch", () => {
    const orders: readonly (readonly [string, string[], string[], string?])[] = [
      [
        "confirmed",
        ["try", "confirm", "cancel"],
        ["done TRIED", "done CONFIRMED", "ALREADY_CONFIRMED"],
        "captured",
      ],
      [
        "cancelled",
        ["try", "cancel", "confirm"],
        ["done TRIED", "done CANCELLED", "TRANSACTION_CANCELLED"],
        "voided",
      ],
      [
        "blocked",
        ["cancel", "try", "confirm"],
        ["done BLOCKED", "TRANSACTION_CANCELLED", "TRANSACTION_CANCELLED"],
      ],
      [
        "early",
        ["confirm", "try", "cancel"],
        ["NOT_TRIED", "done TRIED", "done CANCELLED"],
        "voided",
      ],
      [
        "twice",
        ["try", "try", "confirm", "confirm"],
        ["done TRIED", "replayed TRIED", "done CONFIRMED", "replayed CONFIRMED"],
        "captured",
      ],
    ];
    const make = { try: (id: string) => tryIt(id), confirm: confirmIt, cancel: cancelIt };

    it("does them in the order of the batch, among others", async () => {
      const requests = orders.flatMap(([id, kinds]) =>
        kinds.map((kind) => make[kind as keyof typeof make](`mixed-${id}`)),
      );
      const outcomes = await submit(app, ...requests);
      expect(outcomes).to.deep.equal(orders.flatMap(([, , expected]) => expected));
      for (const [id, , , held] of orders) {
        expect(provider.stateOf(`mixed-${id}`)).to.equal(held);
      }
    });
  });

  it("asks no provider about a zero amount", async () => {
    const calls = provider.calls.length;
    const outcomes = await submit(
      app,
      tryIt("free", "pm_ok", 0n),
      confirmIt("free"),
      tryIt("gift", "pm_ok", 0n),
      cancelIt("gift"),
    );
    expect(outcomes).to.deep.equal([
      "done TRIED",
      "done CONFIRMED",
      "done TRIED",
      "done CANCELLED",
    ]);
    expect(provider.calls).to.have.lengthOf(calls);
  });
});
