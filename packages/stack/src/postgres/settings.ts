/** What may differ between the servers of tests, benchmarks and the local stack. */
export interface PostgresTuning {
  /** Whether commits are flushed to disk. Default: true. False survives a killed server but no power cut: for tests. */
  fsync?: boolean;
  /** Default: 200. */
  maxConnections?: number;
  /** Default: 256. */
  sharedBuffersMb?: number;
  /** Whether statements are counted: pg_stat_statements, for benchmarks. Default: false. */
  countStatements?: boolean;
}

/** The server's settings: durable, and sized for a machine of two cores that it shares with all the services. */
export function postgresSettings(tuning: PostgresTuning): Record<string, string> {
  const { fsync = true, maxConnections = 200, sharedBuffersMb = 256 } = tuning;
  const { countStatements = false } = tuning;
  const durable = fsync ? "on" : "off";
  return {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "", // The path of a socket is limited to 107 bytes, a data folder's is not.
    max_connections: String(maxConnections),
    fsync: durable,
    synchronous_commit: "on", // Cheap without fsync; what is committed outlives a killed server.
    full_page_writes: durable,
    shared_buffers: `${sharedBuffersMb}MB`,
    huge_pages: "off",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "1GB",
    wal_buffers: "16MB",
    max_wal_size: "2GB", // Fewer checkpoints, each of which makes the next write of every page a full one.
    min_wal_size: "128MB",
    checkpoint_timeout: "15min",
    io_method: "sync", // Three worker processes less; the working set is in memory.
    max_parallel_workers_per_gather: "0", // Short statements only; both cores are busy anyway.
    jit: "off",
    random_page_cost: "1.1",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
    ...(countStatements ? statementCounting : {}),
  };
}

const statementCounting = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track_planning": "on",
};
