import { expect } from "chai";
import { isSameAccount, normalizeEmail } from "../src/domain/account.ts";

describe("an account", () => {
  it("has an email address without case or space around it", () => {
    expect(normalizeEmail(" Ann@Example.ORG\t")).to.equal("ann@example.org");
  });

  it("is asked for again by the same name and address", () => {
    const ann = { name: "Ann", email: "ann@example.org", roles: ["CUSTOMER"] } as const;
    expect(isSameAccount(ann, { ...ann })).to.equal(true);
    expect(isSameAccount(ann, { ...ann, name: "ann" })).to.equal(false);
    expect(isSameAccount(ann, { ...ann, email: "a@example.org" })).to.equal(false);
  });
});
