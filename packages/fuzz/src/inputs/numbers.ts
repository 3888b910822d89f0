import fc from "fast-check";

const MAX_INT32 = 2 ** 31 - 1;

/** Where limits of the contracts are (batches, pages, quantities), and one beyond. */
const edges = [0, 1, 2, 50, 100, 101, 500, 501, 512, 513, 10_000, 10_001] as const;

/** Any int32, mostly at edges. */
export const hostileInt32: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...edges, -1, MAX_INT32, MAX_INT32 - 1, -MAX_INT32 - 1),
  fc.integer(),
);

/** Any int64, mostly at edges. */
export const hostileInt64: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(
    ...[0n, 1n, -1n, 1_000_000_000n, 1_000_000_001n, 2n ** 31n, 2n ** 32n],
    ...[2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)],
  ),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

/** A number that protobuf holds in 32 bits and no enum names. */
export const hostileEnum: fc.Arbitrary<number> = fc.constantFrom(-1, 7, 99, MAX_INT32, -MAX_INT32);

/** A Timestamp's content: around now, or far out of what it may say. */
export const timestamps: fc.Arbitrary<{ seconds: bigint; nanos: number }> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      seconds: fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }).map(BigInt),
      nanos: fc.constantFrom(0, 1, 999_999_999),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      seconds: fc.oneof(
        fc.constantFrom(-62_135_596_800n, -62_135_596_801n, 253_402_300_799n, 253_402_300_800n),
        hostileInt64,
      ),
      nanos: fc.oneof(fc.constantFrom(-1, 1_000_000_000), hostileInt32),
    }),
  },
);
