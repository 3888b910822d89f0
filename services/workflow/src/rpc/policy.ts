import { WorkflowServiceDefinition } from "@waybill/contracts/workflow";
import { definePolicy } from "@waybill/identity";

/** Who may call what. What is stuck or dead is for people who run the shop. */
export const policy = definePolicy(WorkflowServiceDefinition, {
  listProcesses: ["admin"],
  retryProcess: ["admin"],
  listDeadLetters: ["admin"],
  replayDeadLetter: ["admin"],
  discardDeadLetter: ["admin"],
  listDeadLetterDecisions: ["admin"],
  listConsumers: ["admin"],
});
