import { createFileRegistry, type DescMethod, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { readDescriptors } from "@waybill/contracts/descriptors";
import { Status } from "@waybill/rpc";
import type { ServiceName } from "@waybill/stack";
import fc from "fast-check";
import { plausibleValues } from "../inputs/fields.ts";
import {
  authorizations,
  type Headers,
  oddMetadata,
  type Role,
  type Tokens,
} from "../inputs/headers.ts";
import { bytesOf, type Content, contents } from "../inputs/messages.ts";
import { type Mutation, mutated, mutations } from "../inputs/mutations.ts";
import { judgeRpc } from "../judge/judgeRpc.ts";
import { GrpcCaller } from "../send/grpcCall.ts";
import type { Stage } from "../stage/openStage.ts";
import type { Target } from "./target.ts";

/** What is sent to an RPC: a content, changes to its bytes, and metadata. */
export interface RpcInput {
  readonly content: Content;
  readonly changes: readonly Mutation[];
  readonly headers: Headers;
}

/** Every RPC of the contracts. */
export function rpcMethods(): readonly DescMethod[] {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readDescriptors()));
  return [...registry].flatMap((type) => (type.kind === "service" ? type.methods : []));
}

export const rpcName = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

/** The service that serves an RPC: waybill.order.v1.OrderService is order's. */
const partOf = (method: DescMethod): ServiceName =>
  method.parent.typeName.split(".")[1] as ServiceName;

/** A target for each of these RPCs. */
export function rpcTargets(
  stage: Stage,
  methods: readonly DescMethod[],
): Promise<Target<RpcInput>[]> {
  const plausible = plausibleValues(stage.known);
  const callers = new Map<ServiceName, GrpcCaller>();
  const callerOf = (part: ServiceName): GrpcCaller => {
    const caller = callers.get(part) ?? stage.use(new GrpcCaller(stage.stack.address(part)));
    callers.set(part, caller);
    return caller;
  };
  return Promise.all(
    methods.map(async (method) => {
      const caller = callerOf(partOf(method));
      const admitted = await admittedTo(method, caller, stage.tokens);
      const headers = fc
        .tuple(authorizations(stage.tokens, admitted), oddMetadata)
        .map(([authorization, odd]) => ({ ...odd, ...authorization }));
      return {
        name: rpcName(method),
        part: partOf(method),
        inputs: fc.record({
          content: contents(method.input, plausible),
          changes: mutations,
          headers,
        }),
        try: (input: RpcInput) => tryRpc(method, caller, input),
        show: (input: RpcInput) => ({ ...input, base64: base64Of(sentTo(method, input)) }),
      };
    }),
  );
}

const sentTo = ({ input }: DescMethod, { content, changes }: RpcInput): Uint8Array =>
  mutated(bytesOf(input, content), changes);

const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const isStreaming = ({ methodKind }: DescMethod): boolean => methodKind === "server_streaming";

async function tryRpc(method: DescMethod, caller: GrpcCaller, input: RpcInput) {
  const sent = sentTo(method, input);
  const answer = await caller.call({
    path: `/${rpcName(method)}`,
    headers: input.headers,
    message: sent,
    isStream: isStreaming(method),
  });
  const hasTimeout = input.headers["grpc-timeout"] !== undefined;
  return judgeRpc({ method, sent, hasTimeout, answer });
}

/** Whom the RPC lets in, as far as an empty message tells. */
async function admittedTo(method: DescMethod, caller: GrpcCaller, tokens: Tokens): Promise<Role[]> {
  const asked = Object.entries(tokens).map(async ([role, token]) => {
    const { end } = await caller.call({
      path: `/${rpcName(method)}`,
      headers: { authorization: `Bearer ${token}` },
      message: new Uint8Array(),
      isStream: isStreaming(method),
    });
    return end === Status.PERMISSION_DENIED ? [] : [role as Role];
  });
  return (await Promise.all(asked)).flat();
}
