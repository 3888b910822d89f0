import fc from "fast-check";
import type { AnyTarget, Target } from "./target.ts";

/** Smaller inputs than one that was answered wrongly are tried for so long. Unit: ms. */
const SHRINK_MS = 20_000;

/** The target with its inputs hidden, so that targets of all kinds fit into one list. */
export const searchable = <Input>(target: Target<Input>, shrinkMs = SHRINK_MS): AnyTarget => ({
  name: target.name,
  part: target.part,
  search: async ({ seed, inputs }, isRight) => {
    const property = fc.asyncProperty(target.inputs, (input) =>
      isRight({ try: () => target.try(input), show: () => target.show(input) }),
    );
    const options = { seed, numRuns: inputs };
    const { counterexamplePath: path } = await fc.check(property, {
      ...options,
      endOnFailure: true,
    });
    // Apart, for a while: of a large input there may be no end of smaller ones.
    if (path) await fc.check(property, { ...options, path, interruptAfterTimeLimit: shrinkMs });
  },
});
