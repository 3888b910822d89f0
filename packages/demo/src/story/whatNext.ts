import { dataDirFlag } from "@waybill/stack";

/** What to try next on the stack of this folder, whose status service is at this address. */
export function whatNext(statusAddress: string, dataDir: string): string {
  const flag = dataDirFlag(dataDir);
  const curl = "npx buf curl --protocol grpc --http2-prior-knowledge";
  const asAdmin = `-H "authorization: Bearer $(npm run -s token -- --admin${flag})"`;
  return `
Try next:
  npm run demo -- --orders 1000 --concurrency 64${flag}   many orders at once; kill a service meanwhile, it is started again
  npm run doctor${flag && ` --${flag}`}                                   holds the databases against what is promised
  ${curl} ${asAdmin} -d '{"page_size": 3}' \\
    http://${statusAddress}/waybill.status.v1.StatusService/ListStatuses`;
}
