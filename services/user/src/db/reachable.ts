import { asUnavailable } from "@waybill/persistence";

/** What MikroORM answers; its errors of the connection become UnavailableErrors, as those of all other statements are. */
export const reachable = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw asUnavailable(error);
  });
