/** A built page in a headless Chromium without a GPU: serving it, visiting it, comparing what it saves. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import { build, preview } from "vite";

/** The folder that tests/web/make_material.py wrote; scripts/test_web.sh runs it. */
export const material = process.env.DBDGAN_WEB_MATERIAL;
export const FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const PATIENCE = 240_000;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"];
const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * {address, close} of the page, built with the models of golden folders or the bundled ones and served on
 * this machine; a plain host sends no cross-origin isolation headers.
 */
export async function serveSite({ golden = "", camera = "", plain = false } = {}) {
  process.env.DBDGAN_WEB_MODEL = golden;
  process.env.DBDGAN_WEB_CAMERA_MODEL = camera;
  process.env.DBDGAN_WEB_PLAIN_HEADERS = plain ? "1" : "";
  const outDir = mkdtempSync(join(tmpdir(), "dbdgan-web-"));
  const settings = { root, logLevel: "error", build: { outDir }, preview: { port: 0, host: "127.0.0.1" } };
  await build(settings);
  const server = await preview(settings);
  const close = async () => {
    server.httpServer.closeAllConnections();
    await server.close();
  };
  return { address: `http://127.0.0.1:${server.httpServer.address().port}/`, close };
}

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

/** Loads the page, from an address or anew, and waits until its model runs; returns how it runs. */
export async function loadPage(page, address) {
  await (address ? page.goto(address) : page.reload());
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

/** Sizes and differences (worst, mean) in grey levels of two image files; `spread`: the second's range. */
export function compareGrey(page, ...paths) {
  return page.evaluate(differences, paths.map((path) => readFileSync(path).toString("base64")));
}

async function differences(encoded) {
  const [own, other] = await Promise.all(encoded.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const levels = context.getImageData(0, 0, width, height).data.filter((_, at) => at % 4 === 0);
    return { size: `${width}x${height}`, levels };
  }));
  const apart = Float64Array.from(other.levels, (level, at) => Math.abs(own.levels[at] - level)).sort();
  const sorted = other.levels.sort();
  return {
    size: own.size,
    otherSize: other.size,
    worst: apart.at(-1),
    mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
    spread: sorted.at(-1) - sorted[0],
  };
}
