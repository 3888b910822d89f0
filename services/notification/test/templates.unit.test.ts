import { expect } from "chai";
import { judge, type RetryTimes } from "../src/app/attempt.ts";
import { readConfig } from "../src/config.ts";
import { letter, messageIdOf, withoutAddresses } from "../src/domain/letter.ts";
import { formatMoney } from "../src/domain/money.ts";
import type { News, State } from "../src/domain/notification.ts";
import { compose } from "../src/domain/template.ts";
import { outcomeOf } from "../src/provider/smtpOutcome.ts";

const news = (state: State, besides: Partial<News> = {}): News => ({
  orderId: "o-1",
  version: 1,
  userId: "alice",
  state,
  reason: "",
  total: { minorUnits: 1_580n, currency: "EUR" },
  occurredAt: new Date("2026-11-20T12:00:00Z"),
  traceparent: "",
  ...besides,
});

describe("templates", () => {
  it("have a subject of their own for every event, which names the order", () => {
    const states = ["PENDING", "CONFIRMED", "PROCESSING", "SHIPPED", "DELIVERED", "CANCELLED"];
    const subjects = (states as State[]).map((state) => compose(news(state)).subject);
    expect(subjects).to.deep.equal([
      "We have received your order o-1",
      "Your order o-1 is confirmed",
      "Your payment is received: order o-1",
      "Your order o-1 is on its way",
      "Your order o-1 is delivered",
      "Your order o-1 is cancelled",
    ]);
  });

  it("tell amounts, and that there is none yet", () => {
    expect(compose(news("PROCESSING")).text).to.include("your payment of EUR 15.80 for order o-1");
    expect(compose(news("PENDING")).text).to.include("The total is EUR 15.80.");
    expect(compose(news("PENDING", { total: undefined })).text).to.include(
      "tell you the total as soon as it is known",
    );
  });

  it("tell of no payment for an order that costs nothing", () => {
    const free = compose(news("PROCESSING", { total: { minorUnits: 0n, currency: "EUR" } }));
    expect(free.subject + free.text).not.to.match(/payment/i);
  });

  it("tell our reasons for a cancellation, and do not repeat what somebody wrote", () => {
    const textFor = (reason: string) => compose(news("CANCELLED", { reason })).text;
    expect(textFor("OUT_OF_STOCK")).to.include("is out of stock");
    expect(textFor("PAYMENT_DECLINED")).to.include("was declined");
    expect(textFor("smells of fraud")).to.equal(textFor(""));
    expect(textFor("constructor")).to.equal(textFor(""));
  });

  it("are greeted with the name when they are sent", () => {
    expect(letter("Alice", "Text.")).to.match(/^Hello Alice,\n\nText\.\n\n/);
    for (const name of [
      "Dr. Ana-María O'Neill Jr.",
      "Łukasz",
      "محمد علي",
      "王 小明",
      "a".repeat(60),
    ])
      expect(letter(name, "Text.")).to.match(new RegExp(`^Hello ${name},`));
  });

  it("repeat nothing of a stranger's that is no name", () => {
    const letters = [
      "pay at evil.example",
      "call 0800 123",
      "a\n\nb",
      "a@b",
      "x://y",
      "a".repeat(61),
    ];
    for (const name of letters) expect(letter(name, "Text.")).to.match(/^Hello,\n\nText\./);
  });
});

describe("money", () => {
  it("is formatted with the minor units of its currency, exactly", () => {
    const format = (minorUnits: bigint, currency: string) => formatMoney({ minorUnits, currency });
    expect(format(5n, "EUR")).to.equal("EUR 0.05");
    expect(format(123_450n, "USD")).to.equal("USD 1,234.50");
    expect(format(1_234n, "JPY")).to.equal("JPY 1,234");
    expect(format(1_234n, "KWD")).to.equal("KWD 1.234");
    expect(format(1_234n, "HUF")).to.equal("HUF 12.34");
    expect(format(9_007_199_254_740_991n, "EUR")).to.equal("EUR 90,071,992,547,409.91");
    expect(format(0n, "XYZ")).to.equal("XYZ 0.00");
  });
});

describe("a Message-ID", () => {
  it("is made of order and version", () => {
    expect(messageIdOf("o-1", 3, "example.org")).to.equal("<o-1.3@example.org>");
  });
});

describe("errors", () => {
  it("are kept without addresses, on one line, in bounds", () => {
    const text = withoutAddresses('550 5.1.1 <ann.b+c@example.org>:\r\nno "d@e.f" here');
    expect(text).to.equal('550 5.1.1 <(address)>: no "(address)" here');
    expect(withoutAddresses("x".repeat(1_000))).to.have.length(200);
  });
});

describe("an SMTP error", () => {
  const kind = (code: string, command: string, responseCode?: number) =>
    outcomeOf({ message: "m", code, command, responseCode }).kind;

  it("is a refusal when recipient or content are refused for good", () => {
    expect(kind("EENVELOPE", "RCPT TO", 550)).to.equal("refused");
    expect(kind("EMESSAGE", "DATA", 554)).to.equal("refused");
    expect(kind("EENVELOPE", "API")).to.equal("refused");
  });

  it("is one for now when they are refused for now", () => {
    expect(kind("EENVELOPE", "RCPT TO", 450)).to.equal("later");
    expect(kind("EMESSAGE", "DATA", 451)).to.equal("later");
    expect(kind("EENVELOPE", "DATA", 503)).to.equal("later");
  });

  it("is the provider's absence when connection, login or sender are refused, even for good", () => {
    expect(kind("ECONNECTION", "CONN")).to.equal("away");
    expect(kind("EAUTH", "AUTH PLAIN", 535)).to.equal("away");
    expect(kind("EENVELOPE", "MAIL FROM", 530)).to.equal("away");
    expect(kind("EENVELOPE", "RCPT TO", 421)).to.equal("away");
    expect(kind("EABORT", "")).to.equal("away");
  });
});

describe("an attempt", () => {
  const times: RetryTimes = { firstMs: 10, capMs: 100, awayCapMs: 20, giveUpAfterMs: 1 };
  const later = { kind: "later", error: "450" } as const;

  it("is repeated after a growing, capped time", () => {
    const delays = [0, 1, 2, 10].map(
      (attempts) => judge(later, { attempts }, times, () => 1).delayMs,
    );
    expect(delays).to.deep.equal([10, 20, 40, 100]);
    const away = { kind: "away", error: "no" } as const;
    expect(judge(away, { attempts: 10 }, times, () => 1).delayMs).to.equal(20);
  });

  it("ends the sending when it is sent or refused", () => {
    expect(judge({ kind: "sent" }, { attempts: 0 }, times).state).to.equal("SENT");
    expect(judge({ kind: "refused", error: "550" }, { attempts: 0 }, times)).to.include({
      state: "FAILED",
      error: "550",
    });
  });
});

describe("the configuration", () => {
  const env = { PORT: "0", DATABASE_URL: "postgres://localhost/x" };

  it("has defaults", () => {
    const config = readConfig(env);
    expect(config.CHANNELS).to.deep.equal(["EMAIL"]);
    expect(config).to.include({ SMTP_URL: "", SEND_TIMEOUT: 30_000, SMTP_CONNECTIONS: 5 });
  });

  it("tells what is wrong, without the password", () => {
    const wrong = {
      ...env,
      CHANNELS: "pigeon",
      SMTP_URL: "http://user:secret@host",
      MAIL_FROM: "nobody",
    };
    const tell = () => readConfig(wrong);
    expect(tell).to.throw(/CHANNELS.*expected email, sms/);
    expect(tell).to.throw(/SMTP_URL.*expected a URL such as smtp/);
    expect(tell).to.throw(/MAIL_FROM.*expected a sender/);
    expect(tell).not.to.throw(/secret/);
  });
});
