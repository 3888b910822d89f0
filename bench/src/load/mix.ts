/** Which requests place orders, and which read them: evenly mixed, the same in every run. */
export interface Mix {
  /** Whether this request places an order; otherwise it reads. */
  places(request: number): boolean;
  /** How many requests it takes until so many orders are placed. */
  requestsFor(orders: number): number;
}

/** So large a share of the requests reads: 0 to below 1. */
export function mixOf(readShare: number): Mix {
  const writeShare = 1 - readShare;
  const placedBefore = (request: number) => Math.floor(request * writeShare);
  return {
    places: (request) => placedBefore(request + 1) > placedBefore(request),
    requestsFor: (orders) => {
      const requests = Math.ceil(orders / writeShare);
      return placedBefore(requests) < orders ? requests + 1 : requests; // Floats are not exact.
    },
  };
}
