import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { natsBinary, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { issueCertificates } from "../e2e/support/certificates.ts";
import { eventually } from "../e2e/support/eventually.ts";
import { needsRenderer, ofKind, render } from "./support/manifests.ts";
import { podOf } from "./support/workloads.ts";

/** What production's pods of NATS run, with folders of this machine, and looking more often. */
function scriptIn(folder: string): string {
  const [nats] = ofKind(render("production"), "StatefulSet").filter(
    ({ metadata }) => metadata.name === "nats",
  );
  if (nats === undefined) throw new Error("There is no NATS");
  const [shell, option, script] = podOf(nats).spec.containers[0].command as string[];
  expect([shell, option]).to.deep.equal(["sh", "-c"]);
  expect(script).to.include("sleep 60");
  return (script ?? "")
    .replaceAll("/etc/nats-tls", join(folder, "tls"))
    .replaceAll(/\/etc\/nats\b|\/var\/run\/nats\b/g, folder)
    .replace("sleep 60", "sleep 0.1");
}

/** The serial number of the certificate that the server shows to a new connection. */
const serialAt = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connectTcp(port, "127.0.0.1").on("error", reject);
    // From its greeting on it wants TLS.
    socket.once("data", () => {
      const secure = connectTls({ socket, rejectUnauthorized: false }, () => {
        resolve(secure.getPeerCertificate().serialNumber);
        secure.destroy();
      }).on("error", reject);
    });
  });

describe("production's NATS", () => {
  let nats: ChildProcess | undefined;

  // A pod's end is the end of all that it runs.
  after(() => nats?.pid !== undefined && process.kill(-nats.pid));

  it("takes up certificates that cert-manager has renewed, without a restart", async function () {
    needsRenderer.call(this);
    if (spawnSync("openssl", ["version"]).status !== 0) this.skip();
    const folder = testFolder("certificates");
    const [tls, bin] = [join(folder, "tls"), join(folder, "bin")];
    for (const name of ["first", "renewed", "bin"]) mkdirSync(join(folder, name));
    for (const name of ["first", "renewed"]) issueCertificates(join(folder, name), ["nats"]);
    cpSync(join(folder, "first/nats"), tls, { recursive: true });
    const configuration = `listen: "127.0.0.1:-1"
      tls { cert_file: "${tls}/tls.crt", key_file: "${tls}/tls.key" }`;
    writeFileSync(join(folder, "nats.conf"), configuration);
    symlinkSync(natsBinary(), join(bin, "nats-server"));

    let log = "";
    const env = { PATH: `${bin}:${process.env.PATH}` };
    nats = spawn("sh", ["-c", scriptIn(folder)], {
      env,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    nats.stderr?.on("data", (text) => {
      log += text;
    });
    const port = await eventually("a port", () => /client connections on .*:(\d+)/.exec(log)?.[1]);
    const first = await serialAt(Number(port));
    cpSync(join(folder, "renewed/nats"), tls, { recursive: true });
    await eventually("the new one", async () => (await serialAt(Number(port))) !== first);
    expect(readFileSync(join(folder, "nats.pid"), "utf8")).to.equal(String(nats.pid));
  });
});
