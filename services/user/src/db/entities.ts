import { type Database, isTransient, UnavailableError } from "@waybill/persistence";

/** MikroORM's entity manager. */
export type Entities = ReturnType<Database["entities"]>;

/**
 * Works with entities, by a fresh entity manager. Throws an UnavailableError, as statements do, when PostgreSQL cannot be reached:
 * MikroORM's own errors would be taken for faults of ours.
 */
export async function withEntities<T>(
  db: Database,
  work: (entities: Entities) => Promise<T>,
): Promise<T> {
  try {
    return await work(db.entities());
  } catch (cause) {
    if (cause instanceof UnavailableError || !isTransient(cause)) throw cause;
    throw new UnavailableError("PostgreSQL is unavailable", { cause });
  }
}
