/** A headless Chromium without a GPU, and what the tests do in it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

const PATIENCE = 240_000;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"];
export const FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/**
 * {page, requests, problems, close} of a browser with a new, empty profile; `requests` and `problems`
 * (uncaught errors, breaches of the content security policy) grow.
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
  await throwProblem(page);
  return page.getAttribute("#app", "data-ready");
}

/** Waits until the page has stored what it needs offline. */
export function awaitOffline(page) {
  return page.waitForSelector('#app[data-offline="true"]', { state: "attached" });
}

/** Does something and waits until another result is shown. */
export async function showing(page, action) {
  const marker = "in progress";
  await page.evaluate((text) => { document.querySelector("#time").textContent = text; }, marker);
  await action();
  await page.waitForFunction((text) => (
    document.querySelector("#problem").textContent || document.querySelector("#time").textContent !== text
  ), marker);
  await throwProblem(page);
}

async function throwProblem(page) {
  const problem = await page.textContent("#problem");
  if (problem) throw new Error(problem);
}

export const openFile = (page, path) => showing(page, () => page.setInputFiles("#file", path));

/** Presses the download button (or does something else) and returns the saved file's name and path. */
export async function download(page, press = () => page.click("#download")) {
  const [saved] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: saved.suggestedFilename(), path: await saved.path() };
}
