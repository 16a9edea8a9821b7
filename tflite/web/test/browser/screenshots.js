/**
 * Pictures of the page: `npm run screenshots -- FOLDER` writes desktop.jpg and phone.jpg, taken with the
 * bundled model and the example photo.
 */

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { awaitOffline, loadPage, openBrowser, showing } from "./chromium.js";
import { buildSite, serveSite } from "./site.js";

const SCREENS = {
  desktop: { width: 1280, height: 760, kind: "overlay" },
  phone: { width: 390, height: 844, kind: "map", colorScheme: "dark", deviceScaleFactor: 2, isMobile: true },
};

/** Writes the pictures into an existing folder and returns their paths. */
export async function takeScreenshots(folder, golden) {
  const site = await serveSite(await buildSite(golden));
  const paths = [];
  for (const [name, { kind, ...screen }] of Object.entries(SCREENS)) {
    const browser = await openBrowser(screen);
    paths.push(join(folder, `${name}.jpg`));
    await takeOne(browser.page, site.address, kind, paths.at(-1)).finally(browser.close);
  }
  await site.close();
  return paths;
}

async function takeOne(page, address, kind, path) {
  await loadPage(page, address);
  await awaitOffline(page);
  // The second run shows the time of a model that has warmed up.
  await showing(page, () => page.click("#example"));
  await showing(page, () => page.evaluate(() => document.querySelector("#example").click()));
  await page.check(`input[value=${kind}]`, { force: true });
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path, type: "jpeg", quality: 88 });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await takeScreenshots(resolve(process.argv[2] ?? "."))).join("\n"));
}
