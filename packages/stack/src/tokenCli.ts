import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { stackIssuer } from "./stack/identity.ts";
import { defaultDataDir } from "./stack/repository.ts";

const USAGE_EXIT_CODE = 2;

const help = `Prints a token for the local stack, valid for an hour.

npm run -s token -- alice               a customer: that user
npm run -s token -- --admin [user]      an administrator; default: admin
npm run -s token -- --service workflow  a service
  --data-dir <folder>                   the stack's data folder; default: .waybill

For example: curl -H "authorization: Bearer $(npm run -s token -- alice)" …
`;

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      admin: { type: "boolean" },
      service: { type: "string" },
      "data-dir": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return help;
  const [user, ...more] = positionals;
  const isOne = more.length === 0 && (values.service === undefined) !== (user === undefined);
  if (!isOne && !(values.admin && user === undefined && values.service === undefined))
    throw usage();
  if (values.admin && values.service !== undefined) throw usage();
  const issuer = await stackIssuer(resolve(values["data-dir"] ?? defaultDataDir));
  if (values.service !== undefined) return issuer.serviceToken(values.service);
  if (values.admin) return issuer.userToken(user ?? "admin", ["customer", "admin"]);
  return issuer.userToken(user ?? "", ["customer"]);
}

const usage = () => new TypeError("Name one user, or a service with --service; --help tells more.");

try {
  console.log(await main());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof TypeError ? USAGE_EXIT_CODE : 1;
}
