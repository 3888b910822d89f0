/** What is to happen, by time, and at one time in the order in which it was entered. A binary heap. */
export class Agenda<Entry extends { readonly time: number; readonly place: number }> {
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  take(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Entry)) below += 1;
      const child = heap[below] as Entry;
      if (!isBefore(child, entry)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = entry;
  }
}

interface Placed {
  readonly time: number;
  readonly place: number;
}

const isBefore = (a: Placed, b: Placed): boolean =>
  a.time < b.time || (a.time === b.time && a.place < b.place);
