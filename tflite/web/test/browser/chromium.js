/** A headless Chromium without a GPU, and what the tests do in it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const PATIENCE = 240_000;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
export const FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/**
 * Opens a browser with a new, empty profile.
 *
 * @returns {Promise<{page: object, requests: object[], problems: string[], close: function}>} `requests` and
 *   `problems` (uncaught errors, violations of the content security policy) grow while the page lives.
 */
export async function openBrowser({ width = 1280, height = 800, flags = [], ...options } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "dbdgan-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    viewport: { width, height },
    args: [...FLAGS, ...flags],
    timeout: PATIENCE,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE);
  const [requests, problems] = [[], []];
  context.on("request", (request) => requests.push(request));
  const page = context.pages()[0] ?? await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, requests, problems, close };
}

/** Loads the page and waits until its model runs; returns how it runs. */
export async function loadPage(page, address) {
  await page.goto(address);
  return awaitModel(page);
}

export async function awaitModel(page) {
  await page.waitForSelector("#app[data-ready], #problem:not(:empty)", { state: "attached" });
  const problem = await page.textContent("#problem");
  if (problem) throw new Error(problem);
  return page.getAttribute("#app", "data-ready");
}

/** Waits until the page has stored what it needs offline. */
export async function awaitOffline(page) {
  await page.waitForSelector('#app[data-offline="true"]', { state: "attached" });
}

/** Does something and waits until another result is shown. */
export async function showing(page, action) {
  const marker = "in progress";
  await page.evaluate((text) => { document.querySelector("#time").textContent = text; }, marker);
  await action();
  await page.waitForFunction((text) => {
    const problem = document.querySelector("#problem").textContent;
    return problem || document.querySelector("#time").textContent !== text;
  }, marker);
  const problem = await page.textContent("#problem");
  if (problem) throw new Error(problem);
}

export const openFile = (page, path) => showing(page, () => page.setInputFiles("#file", path));

/** Presses the download button (or does something else) and returns the saved file's name and path. */
export async function download(page, press = () => page.click("#download")) {
  const [saved] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: saved.suggestedFilename(), path: await saved.path() };
}
