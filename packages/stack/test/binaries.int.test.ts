import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testFolder } from "@waybill/stack";
import { expect } from "chai";
import { natsBinary } from "../src/nats/binary.ts";
import { linkLibraries } from "../src/postgres/binaries.ts";

describe("PostgreSQL's library links", () => {
  it("are made where npm was not allowed to, and left alone where they are", () => {
    const folder = testFolder("links");
    mkdirSync(join(folder, "native/lib"), { recursive: true });
    writeFileSync(join(folder, "native/lib/libpq.so.5.18"), "library");
    const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
    writeFileSync(join(folder, "native/pg-symlinks.json"), JSON.stringify(links));
    linkLibraries(folder);
    linkLibraries(folder);
    expect(readFileSync(join(folder, "native/lib/libpq.so.5"), "utf8")).to.equal("library");
  });
});

describe("the NATS server of a platform for which none is packaged", () => {
  it("is that on the PATH", () => {
    const folder = testFolder("path");
    writeFileSync(join(folder, "nats-server"), "");
    expect(natsBinary(`/nowhere:${folder}`, "riscv64")).to.equal(join(folder, "nats-server"));
  });

  it("is missed with the remedy", () => {
    expect(() => natsBinary("/nowhere", "riscv64"))
      .to.throw("no nats-server on the PATH")
      .with.property("message")
      .that.includes("--nats-url");
  });
});
