import { Role } from "@waybill/contracts/user";
import { startPostgres, testFolder } from "@waybill/stack";
import { expect } from "chai";
import { refused, type Serving, serveUsers } from "./support/serving.ts";

const ann = { userId: "ann", name: "Ann", email: "ann@example.org" };
const invalid = (field: string) => `INVALID_ARGUMENT INVALID_FIELD ${field}`;

describe("accounts", () => {
  let serving: Serving;

  beforeEach(async () => {
    serving = await serveUsers();
  });

  afterEach(() => serving[Symbol.asyncDispose]());

  const create = async (given: object = {}) =>
    (await serving.client.createUser({ ...ann, ...given })).user;

  async function everybody(pageSize: number): Promise<string[]> {
    const ids: string[] = [];
    let pageToken = "";
    do {
      const page = await serving.client.listUsers({ pageSize, pageToken });
      ids.push(...page.users.map((user) => user.userId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return ids;
  }

  it("are opened once, and the same request answers the same account, also ten times in parallel", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create()));
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
    expect(answers[0]).to.deep.include({ ...ann, roles: [Role.CUSTOMER] });
    expect(await create({ email: " ANN@Example.ORG" }), "in any case").to.deep.equal(answers[0]);
    expect(await everybody(10)).to.deep.equal(["ann"]);
  });

  it("with other content: ALREADY_EXISTS", async () => {
    await create();
    const mismatch = "ALREADY_EXISTS CONTENT_MISMATCH";
    expect(await refused(create({ name: "Anna" }))).to.equal(mismatch);
    expect(await refused(create({ email: "anna@example.org" }))).to.equal(mismatch);
  });

  it("never share an email address, also when both are opened at once", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        create({ userId: `ann${index}` }).then(
          () => "opened",
          () => "refused",
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "opened")).to.have.length(1);
    expect(await refused(create({ userId: "late", email: "Ann@Example.org" }))).to.equal(
      "ALREADY_EXISTS EMAIL_TAKEN",
    );
    expect(await everybody(10)).to.have.length(1);
  });

  it("get an id when the request names none", async () => {
    const user = await create({ userId: "" });
    expect(user?.userId).to.match(/^[0-9a-f-]{36}$/);
    const again = await serving.client.getUser({ userId: user?.userId ?? "" });
    expect(again.user).to.deep.equal(user);
  });

  it("refuse bad input with the field named, and nothing is stored", async () => {
    const rows: readonly [object, string][] = [
      [{ userId: "a b" }, "user_id"],
      [{ userId: "x".repeat(65) }, "user_id"],
      [{ name: "" }, "name"],
      [{ name: "x".repeat(201) }, "name"],
      [{ name: "a\0b" }, "name"],
      [{ email: "" }, "email"],
      [{ email: "ann" }, "email"],
      [{ email: "ann@" }, "email"],
      [{ email: "ann@exa mple.org" }, "email"],
      [{ email: "a\0nn@example.org" }, "email"],
      [{ email: `${"x".repeat(243)}@example.org` }, "email"],
    ];
    for (const [given, field] of rows) {
      expect(await refused(create(given)), JSON.stringify(given)).to.equal(invalid(field));
    }
    expect(await everybody(10)).to.be.empty;
    const { client } = serving;
    expect(await refused(client.getUser({ userId: "" }))).to.equal(invalid("user_id"));
    expect(await refused(client.getUser({ userId: "nobody" }))).to.equal(
      "NOT_FOUND USER_NOT_FOUND",
    );
    expect(await refused(client.batchGetUsers({ userIds: [] }))).to.equal(invalid("user_ids"));
    const many = Array.from({ length: 513 }, () => "ann");
    expect(await refused(client.batchGetUsers({ userIds: many }))).to.equal(invalid("user_ids"));
    expect(await refused(client.listUsers({ pageSize: -1 }))).to.equal(invalid("page_size"));
    expect(await refused(client.listUsers({ pageSize: 501 }))).to.equal(invalid("page_size"));
    expect(await refused(client.listUsers({ pageToken: "garbage" }))).to.equal(
      "INVALID_ARGUMENT INVALID_PAGE_TOKEN page_token",
    );
    expect((await client.listUsers({ pageSize: 500 })).users).to.be.empty;
    const oversized = create({ name: "x".repeat(5 * 1024 * 1024) });
    expect(await refused(oversized)).to.match(/^RESOURCE_EXHAUSTED/);
  });

  it("accept what is at the limit", async () => {
    const email = `${"x".repeat(64)}@${"y".repeat(60)}.${"z".repeat(60)}.org`;
    const user = await create({ userId: "x".repeat(64), name: "x".repeat(200), email });
    expect(user).to.include({ email });
  });

  it("are answered in batches, each by itself", async () => {
    await create();
    const { results } = await serving.client.batchGetUsers({
      userIds: ["ann", "nobody", "", "ann"],
    });
    const seen = results.map(({ result }) =>
      result?.$case === "response" ? result.value.user?.userId : result?.value.code,
    );
    expect(seen).to.deep.equal(["ann", 5, 3, "ann"]);
  });

  it("are listed by their id, page by page, each once", async () => {
    const ids = ["B", "a", "_", "Z-1", "a0", "z", "-", "0"];
    await Promise.all(
      ids.map((userId, index) => create({ userId, email: `u${index}@example.org` })),
    );
    const sorted = ids.toSorted();
    for (const pageSize of [1, 3, 8, 50]) expect(await everybody(pageSize)).to.deep.equal(sorted);
  });

  it("cannot log in before the gateway is there", async () => {
    const call = serving.client.authenticate({ email: "ann@example.org", password: "x" });
    expect(await refused(call)).to.match(/^UNIMPLEMENTED/);
  });
});

describe("accounts while PostgreSQL is away", () => {
  it("are UNAVAILABLE, and never said to be unknown", async () => {
    await using postgres = await startPostgres({ dataDir: testFolder("postgres-user") });
    await using serving = await serveUsers(await postgres.createDatabase("user_outage"));
    const { client } = serving;
    await client.createUser(ann);
    await postgres.stop();
    const away = "UNAVAILABLE CALLEE_UNAVAILABLE";
    expect(await refused(client.getUser({ userId: "ann" }))).to.equal(away);
    expect(await refused(client.createUser({ ...ann, userId: "bob" }))).to.equal(away);
    expect(await refused(client.listUsers({}))).to.equal(away);
    const { results } = await client.batchGetUsers({ userIds: ["ann"] });
    const [{ result } = { result: undefined }] = results;
    expect(result?.$case === "failure" && result.value.code).to.equal(14);
  });
});
