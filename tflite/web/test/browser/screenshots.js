/** Writes desktop.jpg and phone.jpg into a folder: the page with the bundled model and the example. */

import { join } from "node:path";

import { awaitOffline, loadPage, openBrowser, serveSite, showing } from "./browser.js";

const PHONE = { width: 390, height: 844, colorScheme: "dark", deviceScaleFactor: 2, isMobile: true };

const site = await serveSite();
for (const [name, kind, screen] of [["desktop", "overlay", { height: 760 }], ["phone", "map", PHONE]]) {
  const { page, close } = await openBrowser(screen);
  await loadPage(page, site.address);
  await awaitOffline(page);
  // The second run shows the time of a model that has warmed up.
  await showing(page, () => page.click("#example"));
  await showing(page, () => page.evaluate(() => document.querySelector("#example").click()));
  await page.check(`input[value=${kind}]`, { force: true });
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: join(process.argv[2], `${name}.jpg`), type: "jpeg", quality: 88 });
  await close();
}
await site.close();
