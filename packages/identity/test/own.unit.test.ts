import { expect } from "chai";
import { actingAs, type Caller, isOwn, ownFilter, ownUserId } from "../src/index.ts";

const person = (...roles: ("customer" | "admin")[]): Caller => {
  return { kind: "user", userId: "alice", roles, token: "" };
};
const customer = person("customer");
const forAll: readonly Caller[] = [person("customer", "admin"), { kind: "service", name: "order" }];
const nobody: Caller = { kind: "anonymous" };

describe("what is a caller's own", () => {
  it("is for a customer what belongs to it, whatever it asks for", () => {
    actingAs(customer, () => {
      expect(["alice", "bob", ""].map(isOwn)).to.deep.equal([true, false, false]);
      expect(["alice", "bob", ""].map(ownFilter)).to.deep.equal(["alice", "alice", "alice"]);
      expect(["alice", ""].map(ownUserId)).to.deep.equal(["alice", "alice"]);
      expect(() => ownUserId("bob")).to.throw("user_id is not the caller's own");
    });
  });

  it("is for administrators and services what they ask for", () => {
    for (const caller of forAll)
      actingAs(caller, () => {
        expect(["bob", ""].map(ownFilter)).to.deep.equal(["bob", ""]);
        expect(ownUserId("bob")).to.equal("bob");
        expect(isOwn("bob")).to.equal(true);
      });
  });

  it("is for nobody nothing, and never the list of everybody", () => {
    actingAs(nobody, () => {
      expect(["alice", ""].map(isOwn)).to.deep.equal([false, false]);
      expect(() => ownFilter("")).to.throw("This call needs a bearer token");
      expect(() => ownFilter("alice")).to.throw("This call needs a bearer token");
    });
  });
});
