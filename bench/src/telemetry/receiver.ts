/**
 * Runs as a process of its own: takes what is exported over OTLP/HTTP, and drops it. It tells its parent its address, and ends with it.
 */
import { receiveOtlp } from "@waybill/otlp";

const receiver = await receiveOtlp({});
process.send?.(receiver.address);
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; what is buffered is still to be received.
