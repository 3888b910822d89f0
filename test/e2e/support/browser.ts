import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a Chromium is installed; undefined when there is none. CHROMIUM names another place. */
export const chromiumPath: string | undefined = process.env.CHROMIUM ?? places.find(existsSync);

/** A headless Chromium. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--force-color-profile=srgb"] });
}

export type Theme = "light" | "dark";

export interface VisitorOptions {
  readonly theme?: Theme;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** How long a page may take to show what is waited for. Unit: ms. */
const patienceMs = 15_000;

/** Tells breaches of the page's policy where other errors are told. */
const tellViolations = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error("policy violated: " + violatedDirective + " by " + blockedURI))`;

/** Somebody at a browser of their own, who notices whatever a page complains of. */
export class Visitor implements AsyncDisposable {
  readonly page: Page;
  readonly origin: string;
  /** Errors in the console and of scripts, and breaches of the policy. */
  readonly problems: string[] = [];
  /** Answers that the test provokes, which the browser reports as errors. */
  #expected: readonly number[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.origin = origin;
    page.setDefaultTimeout(patienceMs);
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !this.#isExpected(message.text()))
        this.problems.push(`${message.text()} ${message.location().url}`);
    });
  }

  static async at(
    browser: Browser,
    origin: string,
    { theme = "light", viewport = { width: 1280, height: 900 } }: VisitorOptions = {},
  ): Promise<Visitor> {
    const options: BrowserContextOptions = {
      colorScheme: theme,
      viewport,
      locale: "en-GB",
      reducedMotion: "reduce",
    };
    const context = await browser.newContext({ ...options, baseURL: origin });
    await context.addInitScript(tellViolations);
    return new Visitor(await context.newPage(), origin);
  }

  /** From now on, answers of these statuses are part of the test; 0: none at all, the connection is lost. */
  expects(...statuses: readonly number[]): void {
    this.#expected = statuses;
  }

  #isExpected(text: string): boolean {
    return this.#expected.some((status) =>
      text.startsWith(
        status === 0
          ? "Failed to load resource: net::"
          : `Failed to load resource: the server responded with a status of ${status} `,
      ),
    );
  }

  /** Creates an account, and is logged in. */
  async register(name: string): Promise<void> {
    await this.page.goto("/register");
    await this.page.getByLabel("Name").fill(name);
    await this.page.getByLabel("Email").fill(`${name.toLowerCase()}@example.org`);
    await this.page.getByLabel("Password").fill(passwordOf(name));
    await this.page.getByRole("button", { name: "Create account" }).click();
    await this.page.getByRole("button", { name: "Log out" }).waitFor();
  }

  async logIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("Email").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Log in" }).click();
    await this.page.getByRole("button", { name: "Log out" }).waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

/** Good enough for an account that lives as long as a test. */
export const passwordOf = (name: string): string => `the password of ${name}`;

let common: Promise<Browser> | undefined;

/** One browser for all files; each visitor has a profile of its own. Skips what needs it, and says so, where there is none. */
export async function commonBrowser(context: Mocha.Context): Promise<Browser> {
  if (chromiumPath === undefined) {
    console.log("    skipped: no Chromium is installed (apt-get install chromium, or CHROMIUM=…)");
    context.skip();
  }
  common ??= openBrowser(chromiumPath);
  return common;
}

/** Closes the browser for all, when everything has run. */
export async function closeCommonBrowser(): Promise<void> {
  await (await common)?.close();
}
