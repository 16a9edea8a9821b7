/** After one visit the page works without its server, on hosts with and without isolation headers. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";

import { awaitModel, awaitOffline, loadPage, openBrowser, openFile } from "./chromium.js";
import { buildSite, material, serveSite } from "./site.js";

let built;

before(async () => {
  built = await buildSite(join(material, "grey"));
});

// The service worker isolates the page from the second visit on, which gives WebAssembly its threads.
const visitAgain = async (page) => {
  await page.reload();
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  assert.match(await awaitModel(page), cores > 1 ? /threads/ : /^WebAssembly$/);
  await awaitOffline(page);
};

const cases = [
  ["a host with isolation headers", false],
  ["a plain host", true],
  ["a plain host, after a second visit", true, visitAgain],
];
for (const [name, plain, visit] of cases) {
  test(`offline reload: ${name}`, async (t) => {
    const site = await serveSite(built, plain);
    const browser = await openBrowser();
    t.after(browser.close);
    const { page } = browser;
    const first = await loadPage(page, site.address);
    if (plain) assert.equal(first, "WebAssembly");
    await awaitOffline(page);
    await visit?.(page);
    await site.close();

    await page.reload();
    t.diagnostic(`first visit: ${first}; offline: ${await awaitModel(page)}`);
    await openFile(page, join(material, "photos", "cat.jpg"));
    assert.match(await page.textContent("#time"), /ms$/);
    assert.deepEqual(browser.problems, []);
  });
}
