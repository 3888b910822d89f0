import { Agent, request } from "node:http";

/** Answers later than this count as failures. */
const deadlineMs = 60_000;

/** Posts JSON over connections that are kept. */
export interface HttpCaller extends Disposable {
  /** Resolves with the text of the answer; rejects unless its status is 2xx. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<string>;
}

/** A client right on node:http: the load generator shares the machine with what it measures. */
export function httpCaller(port: number): HttpCaller {
  const agent = new Agent({ keepAlive: true });
  return {
    post: (path, body, headers) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const all = {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
          ...headers,
        };
        const options = { host: "127.0.0.1", port, path, method: "POST", agent, headers: all };
        const asked = request({ ...options, timeout: deadlineMs }, (answer) => {
          let received = "";
          answer.setEncoding("utf8");
          answer.on("data", (part: string) => {
            received += part;
          });
          answer.on("error", reject);
          answer.on("end", () => {
            const { statusCode = 0 } = answer;
            if (statusCode >= 200 && statusCode < 300) resolve(received);
            else reject(new Error(`HTTP ${statusCode}: ${received.slice(0, 200)}`));
          });
        });
        asked.on("error", reject);
        asked.on("timeout", () => asked.destroy(new Error(`No answer within ${deadlineMs} ms`)));
        asked.end(text);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
