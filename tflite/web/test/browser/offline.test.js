/** After one visit the page works without its server, on hosts with and without isolation headers. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import {
  awaitOffline, FAKE_CAMERA, loadPage, material, openBrowser, openFile, serveSite, showing,
} from "./browser.js";

for (const [name, plain, again] of [
  ["a host with isolation headers", false, false],
  ["a plain host", true, false],
  ["a plain host, after a second visit", true, true],
]) {
  test(`offline reload: ${name}`, async (t) => {
    const site = await serveSite({ golden: join(material, "grey"), plain });
    const browser = await openBrowser({ flags: FAKE_CAMERA });
    t.after(browser.close);
    const { page } = browser;
    const first = await loadPage(page, site.address);
    if (plain) assert.equal(first, "WebAssembly");
    await awaitOffline(page);
    if (again) {
      // The service worker isolates the page from the second visit on, which gives WebAssembly its threads.
      const label = await loadPage(page);
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      assert.match(label, cores > 1 ? /threads/ : /^WebAssembly$/);
      await awaitOffline(page);
    }
    await site.close();
    t.diagnostic(`first visit: ${first}; offline: ${await loadPage(page)}`);
    await openFile(page, join(material, "photos", "cat.jpg"));
    await showing(page, () => page.click("#camera"));
    assert.deepEqual(browser.problems, []);
  });
}
