import { UserServiceDefinition } from "@waybill/contracts/user";
import { startService } from "@waybill/host";
import { userApp } from "./app/userApp.ts";
import { readConfig } from "./config.ts";
import { AccountEntity } from "./db/accountEntity.ts";
import { migrations } from "./db/migrations.ts";
import { policy } from "./rpc/policy.ts";
import { userService } from "./rpc/userService.ts";

const config = readConfig(process.env);
await using service = await startService("user", config);
const db = await service.openDatabase([AccountEntity], migrations);
const app = userApp(db);
service.onDrain(app);
await service.serve([[UserServiceDefinition, userService(app)]], { policies: [policy] });
await service.untilTerminated();
