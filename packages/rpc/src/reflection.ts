import { readDescriptors } from "@waybill/contracts/descriptors";
import type { GrpcJsServiceDefinition, ServiceImplementation } from "nice-grpc";
import { ServerReflection, ServerReflectionService } from "nice-grpc-server-reflection";

const v1Path = ServerReflectionService.serverReflectionInfo.path;

/** The older name of the same protocol, byte for byte, which some tools still ask first. */
const ServerReflectionV1Alpha = {
  serverReflectionInfo: {
    ...ServerReflectionService.serverReflectionInfo,
    path: v1Path.replace(".v1.", ".v1alpha."),
  },
} as typeof ServerReflectionService;

/** Server reflection for these services, as v1 and v1alpha: definitions with implementations. */
export function reflectionServices(
  serviceNames: readonly string[],
): readonly (readonly [GrpcJsServiceDefinition, ServiceImplementation<GrpcJsServiceDefinition>])[] {
  const implementation = ServerReflection(readDescriptors(), serviceNames);
  return [
    [ServerReflectionService, implementation as never],
    [ServerReflectionV1Alpha, implementation as never],
  ];
}
