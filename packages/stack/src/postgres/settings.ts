import type { PostgresOptions } from "./server.ts";

/** The server's settings: durable, and sized for a machine of two cores that it shares with all the services. */
export function postgresSettings(options: Omit<PostgresOptions, "dataDir">) {
  const { fsync = true, maxConnections = 200, sharedBuffersMb = 128 } = options;
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: maxConnections,
    shared_buffers: `${sharedBuffersMb}MB`,
    huge_pages: "off",
    fsync: fsync ? "on" : "off",
    synchronous_commit: fsync ? "on" : "off",
    full_page_writes: fsync ? "on" : "off",
    max_wal_size: "1GB",
    min_wal_size: "128MB",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
  };
}
