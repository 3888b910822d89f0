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

/**
 * grpc/health/v1/health.proto as an encoded FileDescriptorSet (buf build --as-file-descriptor-set
 * --exclude-source-info), so that tools can ask for health without a schema of their own.
 */
const healthDescriptors = Buffer.from(
  "CsoDChtncnBjL2hlYWx0aC92MS9oZWFsdGgucHJvdG8SDmdycGMuaGVhbHRoLnYxIi4KEkhlYWx0aENoZWNrUmVxdWVzdB" +
    "IYCgdzZXJ2aWNlGAEgASgJUgdzZXJ2aWNlIrEBChNIZWFsdGhDaGVja1Jlc3BvbnNlEkkKBnN0YXR1cxgBIAEoDjIx" +
    "LmdycGMuaGVhbHRoLnYxLkhlYWx0aENoZWNrUmVzcG9uc2UuU2VydmluZ1N0YXR1c1IGc3RhdHVzIk8KDVNlcnZpbm" +
    "dTdGF0dXMSCwoHVU5LTk9XThAAEgsKB1NFUlZJTkcQARIPCgtOT1RfU0VSVklORxACEhMKD1NFUlZJQ0VfVU5LTk9X" +
    "ThADMq4BCgZIZWFsdGgSUAoFQ2hlY2sSIi5ncnBjLmhlYWx0aC52MS5IZWFsdGhDaGVja1JlcXVlc3QaIy5ncnBjLm" +
    "hlYWx0aC52MS5IZWFsdGhDaGVja1Jlc3BvbnNlElIKBVdhdGNoEiIuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tS" +
    "ZXF1ZXN0GiMuZ3JwYy5oZWFsdGgudjEuSGVhbHRoQ2hlY2tSZXNwb25zZTABYgZwcm90bzM=",
  "base64",
);

/** Server reflection for these services, as v1 and v1alpha: definitions with implementations. */
export function reflectionServices(
  serviceNames: readonly string[],
): readonly (readonly [GrpcJsServiceDefinition, ServiceImplementation<GrpcJsServiceDefinition>])[] {
  // Encoded messages of one type, one after the other, are that message with the fields of both.
  const descriptors = Buffer.concat([readDescriptors(), healthDescriptors]);
  const listed = [...serviceNames, "grpc.health.v1.Health"];
  const implementation = ServerReflection(new Uint8Array(descriptors), listed);
  return [
    [ServerReflectionService, implementation as never],
    [ServerReflectionV1Alpha, implementation as never],
  ];
}
