/** Which requests place orders, and which read them: evenly mixed, the same in every run. */
export interface Mix {
  /** The number of the order that this request places, from 0; undefined when it reads. */
  orderOf(request: number): number | undefined;
  /** How many requests it takes until so many orders are placed. */
  requestsFor(orders: number): number;
}

/** So large a share of the requests reads: 0 to below 1. */
export function mixOf(readShare: number): Mix {
  const writeShare = 1 - readShare;
  const placedBefore = (request: number) => Math.floor(request * writeShare);
  return {
    orderOf: (request) => {
      const order = placedBefore(request);
      return placedBefore(request + 1) > order ? order : undefined;
    },
    requestsFor: (orders) => {
      const requests = Math.ceil(orders / writeShare);
      return placedBefore(requests) < orders ? requests + 1 : requests; // Floats are not exact.
    },
  };
}
