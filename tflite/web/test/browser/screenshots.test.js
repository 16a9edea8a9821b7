/** Pictures of the page with the bundled model and the example; DBDGAN_WEB_SCREENSHOTS=FOLDER keeps them. */

import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { awaitOffline, loadPage, openBrowser, serveSite, showing } from "./browser.js";

const folder = process.env.DBDGAN_WEB_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "dbdgan-shots-"));
const PHONE = { width: 390, height: 844, colorScheme: "dark", deviceScaleFactor: 2, isMobile: true };

for (const [name, kind, screen] of [["desktop", "overlay", { height: 760 }], ["phone", "map", PHONE]]) {
  test(`a picture of the page on a ${name} shows something`, async (t) => {
    const site = await serveSite();
    const { page, close } = await openBrowser(screen);
    t.after(() => Promise.all([close(), site.close()]));
    await loadPage(page, site.address);
    await awaitOffline(page);
    // The second run shows the time of a model that has warmed up.
    await showing(page, () => page.click("#example"));
    await showing(page, () => page.evaluate(() => document.querySelector("#example").click()));
    await page.check(`input[value=${kind}]`, { force: true });
    await page.evaluate(() => document.activeElement.blur());
    const picture = await page.screenshot({ path: join(folder, `${name}.jpg`), type: "jpeg", quality: 88 });
    assert.ok(picture.length > 20_000);
  });
}
