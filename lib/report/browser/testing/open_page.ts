import { existsSync } from "node:fs";
import puppeteer, { type Page } from "puppeteer-core";
import { browserPage } from "../browser_page.ts";
import type { BrowserData } from "../browser_data.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that tests open pages in: `LAB_CHROMIUM`, or where Linux has it; `undefined` for none. */
export const CHROMIUM: string | undefined = [Deno.env.get("LAB_CHROMIUM") ?? "", ...PLACES]
  .find((path) => path !== "" && existsSync(path));

/** What the names of tests end in that need a browser. */
export const NO_CHROMIUM: string = CHROMIUM === undefined
  ? " [skipped: no Chromium at LAB_CHROMIUM or in /usr/bin]"
  : "";

/** A browser with one page, without a network. */
export interface OpenBrowser extends AsyncDisposable {
  readonly page: Page;
  /** What scripts of its pages said to the console, what they failed with and what they asked for. */
  readonly said: readonly string[];
}

/** A page that is open in a browser of its own. */
export interface OpenPage extends OpenBrowser {
  /** Its address without the part behind "#". */
  readonly address: string;
  /** Milliseconds from the start of loading to the first view. */
  readonly readyMs: number;
  /** Bytes of the file. */
  readonly bytes: number;
}

/** Options of {@linkcode openBrowser}. */
export interface OpenBrowserOptions {
  /** In CSS pixels. */
  readonly width?: number;
  readonly dark?: boolean;
}

/** Options of {@linkcode openPage}. */
export interface OpenPageOptions extends OpenBrowserOptions {
  /** What stands behind the address, from "#" on. */
  readonly hash?: string;
}

/** For tests: writes the page of the data to a file and opens it, from the disk and without a network. */
export async function openPage(
  data: BrowserData,
  { hash = "", ...options }: OpenPageOptions = {},
): Promise<OpenPage> {
  const folder = await Deno.makeTempDir({ prefix: "flip-browser-" });
  const file = `${folder}/page.html`;
  const text = browserPage(data);
  await Deno.writeTextFile(file, text);
  const opened = await openBrowser(options);
  const { page, said } = opened;
  const address = `file://${file}`;
  await page.goto(address + hash);
  await ready(page);
  const readyMs = await page.evaluate("Number(document.body.dataset.ready)") as number;
  return {
    page,
    address,
    said,
    readyMs,
    bytes: text.length,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** For tests: a browser that no page is open in yet. */
export async function openBrowser(
  { width = 1_400, dark = false }: OpenBrowserOptions = {},
): Promise<OpenBrowser> {
  const browser = await puppeteer.launch({
    executablePath: CHROMIUM!,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const said: string[] = [];
  const page = await browser.newPage();
  page.on("console", (message) => void said.push(message.text()));
  page.on("pageerror", (error) => void said.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) said.push(`asked for ${request.url()}`);
  });
  await page.setOfflineMode(true);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
  ]);
  return { page, said, [Symbol.asyncDispose]: () => browser.close() };
}

/** Waits until the first view is shown. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector("body[data-ready]", { timeout: 30_000 });
}

/** The text of an element as it is shown, spaces evened; "" where there is none. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return await page.$$eval(
    selector,
    (found) => found.map((one) => one.textContent).join(" | ").replaceAll(/\s+/g, " ").trim(),
  );
}

/**
 * What axe finds on the page as it stands, a line for each rule that is broken.
 *
 * @param preload Whether axe may ask for style sheets that are files, which a browser forbids pages
 * from the disk: without, it does not look for a lock of the screen's orientation in them.
 */
export async function axeFindings(page: Page, { preload = true } = {}): Promise<string[]> {
  // a policy of the page lets no other script in; this one comes past it
  await page.evaluate(await Deno.readTextFile(new URL(import.meta.resolve("axe-core"))));
  return await page.evaluate(
    `axe.run({ preload: ${preload} })` +
      ".then(({ violations }) => violations.map(({ id, impact, nodes }) => " +
      "`${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`))",
  ) as string[];
}
