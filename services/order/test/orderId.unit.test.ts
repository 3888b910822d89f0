import { expect } from "chai";
import { candidateOf, maxAttempts, type Naming } from "../src/domain/orderId.ts";

const candidatesOf = (naming: Naming) =>
  Array.from({ length: maxAttempts + 1 }, (_, attempt) => candidateOf(naming, attempt)).filter(
    (id) => id !== undefined,
  );

const repeatable = (userId: string, requestId: string) =>
  candidatesOf({ kind: "repeatable", userId, requestId });

const versionOf = (uuid: string): string => uuid.charAt(14);
const variantOf = (uuid: string): string => uuid.charAt(19);

describe("the ids of an order", () => {
  it("are always the same for the same user and request, and were so from the beginning", () => {
    expect(repeatable("alice", "r1")).to.deep.equal(repeatable("alice", "r1"));
    // A change here makes repeated requests new orders when replicas of both versions run.
    expect(repeatable("alice", "r1")).to.deep.equal([
      "3cd5a630-2bdd-8bd9-90e6-c92e53d555e3",
      "02326281-59d0-88ac-b9cc-918b3195b597",
      "316057fd-6ded-8ec1-8fcc-94ea42f93472",
    ]);
  });

  it("are three UUIDs of version 8, all different", () => {
    const ids = Array.from({ length: 200 }, (_, index) => repeatable("alice", `r${index}`)).flat();
    expect(new Set(ids)).to.have.length(600);
    for (const id of ids) {
      expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(versionOf(id)).to.equal("8");
      expect("89ab").to.include(variantOf(id));
    }
  });

  it("differ wherever user and request differ, also when both together read the same", () => {
    const ids = [
      ...repeatable("alice", "r1"),
      ...repeatable("alicer", "1"),
      ...repeatable("bob", "r1"),
      ...repeatable("alice", "r10"),
    ];
    expect(new Set(ids)).to.have.length(12);
  });

  it("are the one that the client names, or one that was made just now", () => {
    expect(candidatesOf({ kind: "named", orderId: "mine" })).to.deep.equal(["mine"]);
    expect(candidatesOf({ kind: "once", orderId: "new" })).to.deep.equal(["new"]);
  });

  it("begin with the time of a request that is named by a UUIDv7, and differ all the same", () => {
    const request = "01a1f8d3-ea00-7fff-bfff-ffffffffffff";
    const ids = [
      ...repeatable("alice", request),
      ...repeatable("bob", request),
      ...repeatable("alice", request.replace("ffffff", "fffffe")),
      ...repeatable("alice", request.toUpperCase()),
    ];
    expect(new Set(ids)).to.have.length(12);
    for (const id of ids) {
      expect(id.slice(0, 13)).to.equal("01a1f8d3-ea00");
      expect(versionOf(id)).to.equal("8");
      expect("89ab").to.include(variantOf(id));
    }
  });

  it("do not begin with what only looks like a time", () => {
    for (const request of [
      "01a1f8d3-ea00-4fff-bfff-ffffffffffff",
      "01a1f8d3-ea00-7fff-cfff-ffffffffffff",
      "01a1f8d3ea007fffbfffffffffffffff",
      "01a1f8d3-ea00-7fff-bfff-ffffffffffff0",
    ])
      for (const id of repeatable("alice", request))
        expect(id.slice(0, 13)).not.to.equal("01a1f8d3-ea00");
  });
});
