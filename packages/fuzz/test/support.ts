import type { DescMethod } from "@bufbuild/protobuf";
import type { Known } from "../src/inputs/fields.ts";
import { rpcMethods, rpcName } from "../src/targets/rpcs.ts";

/** What a stack might know. */
export const known: Known = {
  orderIds: ["of-alice"],
  userIds: ["alice"],
  itemIds: ["tea"],
  deadLetterIds: ["1"],
  emails: ["alice@example.org"],
  passwords: ["the password of alice"],
  refreshTokens: ["secret"],
  positions: ["MC4w"],
  pageTokens: ["token"],
  soon: 2_000_000_000n,
};

/** The method of that name: "OrderService/GetOrder". */
export function methodNamed(name: string): DescMethod {
  const found = rpcMethods().find((method) => rpcName(method).endsWith(name));
  if (found === undefined) throw new Error(`There is no RPC ${name}`);
  return found;
}
