import type { PartName } from "../stack/catalogue.ts";
import { Link } from "./link.ts";

/** The way of one process to another. */
export interface Way {
  /** The process that connects: "order", "order.2". */
  readonly from: string;
  readonly to: PartName;
  readonly link: Link;
}

/** All ways between the parts of a stack: give it to `startStack`, and each process reaches each other one by a link of its own. */
export class Network implements AsyncDisposable {
  readonly #ways: Way[] = [];
  readonly #random: () => number;

  /** `random` decides which connections are reset in bad weather. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  get ways(): readonly Way[] {
    return this.#ways;
  }

  /** Opens a way for a process to a part's address; answers the address to use instead. */
  async route(from: string, to: PartName, address: string): Promise<string> {
    const link = await Link.open(address, this.#random);
    this.#ways.push({ from, to, link });
    return link.address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ways.map(({ link }) => link[Symbol.asyncDispose]()));
  }
}
