import { UsageError } from "@waybill/chassis/commandLine";
import { expect } from "chai";
import fc from "fast-check";
import { formatFinding } from "../src/cli/printing.ts";
import type { Outcome } from "../src/judge/outcome.ts";
import { PORTION_INPUTS, portionsOf } from "../src/run/portions.ts";
import { runPortion } from "../src/run/runPortion.ts";
import { Tally } from "../src/run/tally.ts";
import { chosen } from "../src/targets/allTargets.ts";
import { searchable } from "../src/targets/searchable.ts";
import type { AnyTarget, Target } from "../src/targets/target.ts";

/** A target that numbers are sent to. */
const numbers = (judge: (number: number) => Outcome, name = "numbers"): AnyTarget =>
  searchable({
    name,
    part: "order",
    inputs: fc.integer({ min: 0, max: 1_000_000 }),
    try: async (number) => judge(number),
    show: (number) => ({ number }),
  });

const right: Outcome = { answer: "OK" };

describe("a portion of inputs", () => {
  it("counts answers, and those that were no protobuf", async () => {
    const tally = new Tally();
    const target = numbers((number) => ({ answer: "OK", isUndecodable: number % 2 === 0 }));
    expect(await runPortion({ target, seed: 1, inputs: 80 }, tally)).to.equal(undefined);
    const { inputs, undecodable, answers, repeated } = tally.of("numbers");
    expect({ inputs, answers, repeated }).to.deep.equal({
      inputs: 80,
      answers: { OK: 80 },
      repeated: 0,
    });
    expect(undecodable).to.be.within(10, 70);
    expect(tally.inputs).to.equal(80);
  });

  it("ends with the first wrong answer, and the smallest input that gets it", async () => {
    const tally = new Tally();
    const target = numbers((number) =>
      number >= 37 ? { answer: "INTERNAL", wrong: `INTERNAL: ${number}` } : right,
    );
    const finding = await runPortion({ target, seed: 1, inputs: 100 }, tally);
    expect(finding).to.include({ wrong: "INTERNAL: 37" });
    expect(finding?.input).to.deep.equal({ number: 37 });
    expect(tally.of("numbers").answers.INTERNAL).to.equal(1);
    if (finding === undefined) throw new Error("nothing was found");
    const text = formatFinding(finding, ["a line"]);
    for (const part of ["numbers", "INTERNAL: 37", '{"number":37}', "a line"])
      expect(text).to.include(part);
  });

  it("ends, though there is no end of smaller inputs, which are all answered rightly", async () => {
    const many = { minLength: 50, maxLength: 400, size: "max" } as const;
    let found: string | undefined;
    const target: Target<readonly string[]> = {
      ...{ name: "texts", part: "order" },
      inputs: fc.array(fc.string(many), many),
      try: async (texts) => {
        const text = JSON.stringify(texts);
        found ??= text;
        return text === found ? { answer: "INTERNAL", wrong: "INTERNAL" } : right;
      },
      show: (texts) => ({ length: JSON.stringify(texts).length }),
    };
    const portion = { target: searchable(target, 200), seed: 3, inputs: 20 };
    const finding = await runPortion(portion, new Tally());
    expect(finding?.input).to.deep.equal({ length: found?.length });
  });

  it("asks again for an answer that may pass", async () => {
    const tally = new Tally();
    let asked = 0;
    const target = numbers(() => {
      asked += 1;
      return asked === 1 ? { answer: "504", wrong: "late", mayPass: true } : right;
    });
    expect(await runPortion({ target, seed: 1, inputs: 3 }, tally)).to.equal(undefined);
    expect(tally.of("numbers")).to.include({ inputs: 3, repeated: 1 });
  });
});

describe("the portions of a target", () => {
  const [one, two] = [numbers(() => right, "one"), numbers(() => right, "two")] as const;
  const seeds = (target: AnyTarget, seed: number) =>
    portionsOf(target, 300, seed).map((portion) => portion.seed);

  it("are as many inputs in all as are wanted", () => {
    const sizes = (inputs: number) => portionsOf(one, inputs, 5).map((portion) => portion.inputs);
    expect(sizes(1)).to.deep.equal([1]);
    expect(sizes(PORTION_INPUTS)).to.deep.equal([PORTION_INPUTS]);
    expect(sizes(PORTION_INPUTS + 1)).to.deep.equal([PORTION_INPUTS, 1]);
  });

  it("are other inputs each, the same for the same seed, and others for another target", () => {
    expect(new Set(seeds(one, 5)).size).to.equal(seeds(one, 5).length);
    expect(seeds(one, 5)).to.deep.equal(seeds(one, 5));
    expect(seeds(one, 5)).not.to.deep.equal(seeds(one, 6));
    expect(seeds(one, 5)).not.to.deep.equal(seeds(two, 5));
  });
});

describe("the targets that a word means", () => {
  const target = (name: string, part: AnyTarget["part"]) => ({
    ...numbers(() => right, name),
    part,
  });
  const all = [
    target("waybill.order.v1.OrderService/GetOrder", "order"),
    target("bytes to order", "order"),
    target("GET /api/orders", "gateway"),
    target("GET /api/orders/{orderId}", "gateway"),
  ];
  const names = (only?: string) => chosen(all, only).map(({ name }) => name);

  it("are the one of that name, a service's by its name, others by a part of theirs, or all", () => {
    expect(names()).to.have.length(4);
    expect(names("GET /api/orders")).to.deep.equal(["GET /api/orders"]);
    expect(names("order")).to.deep.equal([all[0]?.name, all[1]?.name]);
    expect(names("GET /api")).to.deep.equal([all[2]?.name, all[3]?.name]);
    expect(() => names("elsewhere")).to.throw(
      UsageError,
      '"elsewhere" is in the name of no target',
    );
  });

  it("are those of all words, each once", () => {
    expect(names("GET /api/orders, GetOrder,GET /api/orders")).to.deep.equal([
      all[0]?.name,
      all[2]?.name,
    ]);
    expect(() => names("GetOrder,elsewhere")).to.throw(UsageError, '"elsewhere"');
    expect(() => names("GetOrder,")).to.throw(UsageError, '""');
  });
});
