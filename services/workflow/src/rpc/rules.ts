import { ProcessState, ProcessStep } from "@waybill/contracts/workflow";
import { rules } from "@waybill/rpc";
import { z } from "zod";

/** What requests must keep to; the contracts say the same in their comments. */

const page = { pageSize: rules.pageSize, pageToken: rules.pageToken };

export const pageRules = z.object(page);

export const listProcessesRules = z.object({
  ...page,
  state: rules.oneOf(Object.values(ProcessState), "must be a ProcessState"),
  step: rules.oneOf(Object.values(ProcessStep), "must be a ProcessStep"),
});

export const retryRules = z.object({ orderId: rules.id });

export const replayRules = z.object({ deadLetterId: rules.id, reason: rules.text(200) });

export const discardRules = z.object({ deadLetterId: rules.id, reason: rules.requiredText(200) });
