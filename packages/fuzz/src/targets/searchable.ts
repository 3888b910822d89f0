import fc from "fast-check";
import type { AnyTarget, Target } from "./target.ts";

/** The target with its inputs hidden, so that targets of all kinds fit into one list. */
export const searchable = <Input>(target: Target<Input>): AnyTarget => ({
  name: target.name,
  part: target.part,
  search: async ({ seed, inputs }, isRight) => {
    const property = fc.asyncProperty(target.inputs, (input) =>
      isRight({ try: () => target.try(input), show: () => target.show(input) }),
    );
    await fc.check(property, { seed, numRuns: inputs });
  },
});
