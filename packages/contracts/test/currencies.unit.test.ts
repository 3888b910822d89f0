import { expect } from "chai";
import { minorDigits } from "../src/currencies.ts";

describe("the minor unit of a currency", () => {
  it("is a hundredth, unless ISO 4217 says otherwise", () => {
    const digits = ["EUR", "JPY", "KWD", "CLF", "XYZ"].map(minorDigits);
    expect(digits).to.deep.equal([2, 0, 3, 4, 2]);
  });

  it("is ISO 4217's also where coins so small are not used any more", () => {
    const digits = ["HUF", "IDR", "IQD", "PKR", "COP"].map(minorDigits);
    expect(digits).to.deep.equal([2, 2, 3, 2, 2]);
  });
});
