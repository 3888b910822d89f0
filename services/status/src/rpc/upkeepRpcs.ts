import type { StatusServiceImplementation } from "@waybill/contracts/status";
import { rules, validate } from "@waybill/rpc";
import { z } from "zod";
import type { StatusApp } from "../app/statusApp.ts";

const publishRule = z.object({ orderIds: rules.batch(rules.id) });

/** What operators ask for. */
export const upkeepRpcs = ({
  publishPending,
}: Pick<StatusApp, "publishPending">): Pick<StatusServiceImplementation, "publishTransitions"> => ({
  publishTransitions: async (request) => {
    const { orderIds } = validate(publishRule, request);
    return { transitions: await publishPending(orderIds) };
  },
});
