import type { FastifyReply, FastifyRequest } from "fastify";

/** Names the next page in a Link header (RFC 8288), with the same filters; none on the last page. */
export function linkNextPage(
  request: FastifyRequest,
  reply: FastifyReply,
  nextPageToken: string,
): void {
  if (nextPageToken === "") return;
  const [path = "", query = ""] = request.url.split("?", 2);
  const next = new URLSearchParams(query);
  next.set("pageToken", nextPageToken);
  reply.header("link", `<${path}?${next}>; rel="next"`);
}
