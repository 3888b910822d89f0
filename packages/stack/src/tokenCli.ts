import { resolve } from "node:path";
import {
  flagOption as flag,
  helpOption,
  parseCommandLine,
  readChoice,
  runTool,
  textOption as text,
  UsageError,
} from "@waybill/chassis/commandLine";
import { isId } from "@waybill/contracts/ids";
import { serviceNames } from "./stack/catalogue.ts";
import { stackIssuer } from "./stack/identity.ts";
import { defaultDataDir } from "./stack/repository.ts";

const help = `Prints a token for the local stack, valid for an hour.

npm run -s token -- alice               a customer: that user
npm run -s token -- --admin [user]      an administrator; default: admin
npm run -s token -- --service workflow  a service
  --data-dir <folder>                   the stack's data folder; default: .waybill

For example: curl -H "authorization: Bearer $(npm run -s token -- alice)" …
`;

const options = { admin: flag, service: text, "data-dir": text, help: helpOption };

/** Whose token is wanted. */
interface Arguments {
  readonly user: string | undefined;
  readonly admin: boolean;
  readonly service: string | undefined;
  readonly dataDir: string;
}

function readArguments(args: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseCommandLine(args, options);
  if (values.help) return undefined;
  const { admin = false, service, "data-dir": dataDir = defaultDataDir } = values;
  const [user, ...more] = positionals;
  const named = [user, service].filter((name) => name !== undefined).length;
  const isOne = named === 1 || (admin && named === 0);
  if (more.length > 0 || !isOne || (admin && service !== undefined))
    throw new UsageError("Name one user, or a service with --service.");
  if (service !== undefined) readChoice("--service", service, serviceNames);
  if (user !== undefined && !isId(user))
    throw new UsageError(`"${user}" is no user's id: 1 to 64 of A-Z a-z 0-9 _ -`);
  return { user, admin, service, dataDir };
}

async function run({ user, admin, service, dataDir }: Arguments): Promise<number> {
  const issuer = await stackIssuer(resolve(dataDir));
  const token =
    service === undefined
      ? issuer.userToken(user ?? "admin", admin ? ["customer", "admin"] : ["customer"])
      : issuer.serviceToken(service);
  console.log(await token);
  return 0;
}

await runTool({ script: "token", help, readArguments, run, expected: [Error] });
