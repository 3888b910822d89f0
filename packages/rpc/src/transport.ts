import type { ChannelOptions } from "@grpc/grpc-js";

/** The largest message, both ways. */
export const maxMessageBytes = 4 * 1024 * 1024;

/** Holds a large batch without waiting for the peer's permission in the middle of it. */
const flowControlWindowBytes = 1024 * 1024;

/** What both ends of a connection have in common. */
export const transportOptions = (maxBytes: number): ChannelOptions => ({
  "grpc.max_receive_message_length": maxBytes,
  "grpc.max_send_message_length": maxBytes,
  "grpc-node.flow_control_window": flowControlWindowBytes,
});
