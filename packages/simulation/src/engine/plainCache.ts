/** Stands in for lru-cache, which sets aside memory for 50,000 users whenever a service starts; here there are four. */
export class LRUCache<Key, Value> extends Map<Key, Value> {
  constructor(_limits: unknown) {
    super();
  }
}
