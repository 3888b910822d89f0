import { expect } from "chai";
import { asUnavailable, isConnectionFailure } from "../src/errors.ts";
import { isTransient, UnavailableError } from "../src/index.ts";

const withCode = (code: string, message = "") => Object.assign(new Error(message), { code });

describe("an error of the database", () => {
  for (const code of [
    "57P01",
    "57P03",
    "08006",
    "08P01",
    "53300",
    "25P03",
    "25006",
    "ECONNREFUSED",
  ]) {
    it(`${code} is a failure of the connection`, () => {
      const cause = withCode(code, "gone");
      const error = asUnavailable(cause);
      expect(error).to.be.instanceOf(UnavailableError);
      expect((error as UnavailableError).cause).to.equal(cause);
      expect(isTransient(error)).to.equal(true);
    });
  }

  it("55000 is one when it says that the database takes no connections, and only then", () => {
    const closed = withCode("55000", 'database "x" is not currently accepting connections');
    expect(asUnavailable(closed)).to.be.instanceOf(UnavailableError);
    expect(isTransient(withCode("55000", "currval is not yet defined"))).to.equal(false);
  });

  it("0A000 is one when it says that the server is a standby, and only then", () => {
    const standby = withCode("0A000", "cannot set transaction read-write mode during recovery");
    expect(asUnavailable(standby)).to.be.instanceOf(UnavailableError);
    expect(isTransient(withCode("0A000", "ON COMMIT is not supported"))).to.equal(false);
  });

  for (const message of [
    "Connection terminated unexpectedly",
    "timeout exceeded when trying to connect",
    "Query read timeout",
    "Client has encountered a connection error and is not queryable",
    "Cannot use a pool after calling end on the pool",
    "driver has already been destroyed",
  ]) {
    it(`"${message}" is a failure of the connection`, () => {
      expect(asUnavailable(new Error(message))).to.be.instanceOf(UnavailableError);
    });
  }

  for (const code of ["55P03", "57014", "53000", "53100", "53200"]) {
    it(`${code} is for a later time, but no failure of the connection`, () => {
      const cause = withCode(code, "could not extend file");
      expect(isConnectionFailure(cause)).to.equal(false);
      expect(isTransient(cause)).to.equal(true);
      const error = asUnavailable(cause);
      expect(error).to.be.instanceOf(UnavailableError);
      expect((error as UnavailableError).message).to.contain("could not extend file");
    });
  }

  for (const code of ["40001", "40P01"]) {
    it(`${code} is a conflict, for whoever can run the transaction again`, () => {
      const conflict = withCode(code);
      expect(isTransient(conflict)).to.equal(true);
      expect(asUnavailable(conflict)).to.equal(conflict);
    });
  }

  for (const code of ["23505", "23514", "42P01", "22P02", "28P01", "3D000", "0A000"]) {
    it(`${code} is neither`, () => {
      const error = withCode(code, "Connection terminated"); // The code tells, not the words.
      expect(isTransient(error)).to.equal(false);
      expect(asUnavailable(error)).to.equal(error);
    });
  }

  it("names the address that refused when several were tried", () => {
    const cause = Object.assign(new AggregateError([]), { code: "ECONNREFUSED" });
    expect((asUnavailable(cause) as Error).message).to.include("ECONNREFUSED");
  });

  it("may be anything that can be thrown", () => {
    for (const thrown of [undefined, null, "x", 1, {}]) expect(isTransient(thrown)).to.equal(false);
  });
});
