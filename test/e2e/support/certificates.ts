import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Long enough for a test. */
const days = "2";

const openssl = (folder: string, ...args: string[]): void => {
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
};

/** What `openssl req` needs for a new key on a small curve. */
const newKey = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/**
 * An authority and what it has signed, as cert-manager would lay it out: a folder for each name, with ca.crt, tls.crt and tls.key. The
 * certificate is good for this name and for localhost, which NATS clients take an IP address for.
 */
export function issueCertificates(folder: string, names: readonly string[]): void {
  const authority = ["-x509", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test"];
  openssl(folder, ...newKey, ...authority, "-days", days);
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, "names.cnf"), `subjectAltName=DNS:${name},DNS:localhost\n`);
    const [key, request] = [`${name}/tls.key`, `${name}/request.pem`];
    openssl(folder, ...newKey, "-keyout", key, "-out", request, "-subj", "/O=test");
    const signed = [
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      `${name}/tls.crt`,
    ];
    openssl(
      folder,
      "x509",
      "-req",
      "-in",
      request,
      ...signed,
      "-days",
      days,
      "-extfile",
      "names.cnf",
    );
    openssl(folder, "x509", "-in", "ca.crt", "-out", `${name}/ca.crt`);
  }
}
