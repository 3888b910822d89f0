import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { fair, type Weather } from "./weather.ts";

/** The two sockets of a connection that leads through a link. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** Something that was sent did not arrive: the connection is of no use any more. */
  isTorn: boolean;
}

/** A way between two parts of a system over TCP, on which all can go wrong that goes wrong in networks. */
export class Link implements AsyncDisposable {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #random: () => number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #weather = fair;

  private constructor(target: string, random: () => number) {
    const { hostname, port } = new URL(`tcp://${target}`);
    this.#target = { host: hostname, port: Number(port) };
    this.#random = random;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  }

  /** Opens a way to host:port at a free port of the loopback address. `random` decides which connections are reset. */
  static async open(target: string, random: () => number = Math.random): Promise<Link> {
    const link = new Link(target, random);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    link.#server.unref();
    return link;
  }

  /** Where to connect to instead of the target. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections lead through it. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** From now on, for new connections and for those that there are. What a black hole has swallowed is lost: such a connection is reset when it ends. */
  set weather(weather: Weather) {
    this.#weather = weather;
    if (weather.isBlackHole) return;
    for (const pair of this.#pairs) if (pair.isTorn) reset(pair);
  }

  /** Resets all connections. */
  cut(): void {
    for (const pair of this.#pairs) reset(pair);
  }

  /** The far end forgets all connections, and the near end hears nothing of it, as when a machine loses its power. */
  halfOpen(): void {
    for (const pair of this.#pairs) {
      pair.isTorn = true;
      pair.near.removeAllListeners("data").resume(); // What it sends is taken, and goes nowhere.
      pair.far.removeAllListeners("close").resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(near: Socket): void {
    const far = connect({ ...this.#target, allowHalfOpen: true });
    const pair: Pair = { near, far, isTorn: false };
    this.#pairs.add(pair);
    for (const socket of [near, far]) {
      socket.setNoDelay();
      socket.on("error", () => {}); // The other side is told when it closes.
    }
    near.once("close", () => {
      this.#pairs.delete(pair);
      far.destroy();
    });
    far.once("close", (hadError) => (hadError ? near.resetAndDestroy() : near.destroy()));
    this.#forward(near, far, pair);
    this.#forward(far, near, pair);
  }

  #forward(from: Socket, to: Socket, pair: Pair): void {
    let arrived = Promise.resolve();
    let underWay = 0;
    const after = (act: () => void) => {
      const { latencyMs = 0 } = this.#weather;
      if (latencyMs === 0 && underWay === 0) return act();
      underWay += 1;
      const due = wait(latencyMs);
      arrived = arrived
        .then(() => due)
        .then(() => {
          underWay -= 1;
          act();
        });
    };
    from.on("data", (data: Buffer) => {
      const { resets = 0, isBlackHole } = this.#weather;
      if (isBlackHole || pair.isTorn) {
        pair.isTorn = true;
        return;
      }
      if (resets > 0 && this.#random() < resets) return reset(pair);
      after(() => write(from, to, data));
    });
    from.once("end", () => {
      if (!pair.isTorn) after(() => to.end());
    });
  }
}

/** Whoever reads slowly is not sent more than it takes. */
function write(from: Socket, to: Socket, data: Buffer): void {
  if (to.destroyed || to.write(data)) return;
  from.pause();
  to.once("drain", () => from.resume());
}

function reset({ near, far }: Pair): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
