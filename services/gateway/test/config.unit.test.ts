import type { ConfigError } from "@waybill/chassis";
import { expect } from "chai";
import { listOf, readConfig } from "../src/config.ts";

const problemsOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ variable }) => variable);
  }
};

describe("the gateway's configuration", () => {
  it("needs nothing", () => {
    expect(problemsOf({})).to.deep.equal([]);
    expect(listOf(readConfig({}).TRUSTED_PROXIES)).to.deep.equal([]);
  });

  it("takes lists of origins and of proxies", () => {
    const env = {
      CORS_ORIGINS: "https://shop.example, http://localhost:3000",
      TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.1, fd00::/8",
    };
    expect(problemsOf(env)).to.deep.equal([]);
    expect(problemsOf({ CORS_ORIGINS: "*" })).to.deep.equal([]);
  });

  it("refuses at the start what could never serve", () => {
    const wrong = {
      DEFAULT_CURRENCY: ["euro", "E1R"],
      CORS_ORIGINS: ["shop.example", "https://shop.example/", "https://shop.example,"],
      TRUSTED_PROXIES: ["proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1,,10.0.0.2"],
    };
    for (const [variable, values] of Object.entries(wrong))
      for (const value of values)
        expect(problemsOf({ [variable]: value }), value).to.deep.equal([variable]);
  });
});
