/** The page's maps are Python's maps, for every model of the material. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { test } from "node:test";

import { awaitOffline, download, loadPage, openBrowser, openFile } from "./chromium.js";
import { compareGrey } from "./comparison.js";
import { material } from "./material.js";
import { buildSite, serveSite } from "./site.js";

// Grey levels of 255; measured: worst 1, mean 0.0001 for small models, worst 10, mean 0.11 for the bundled
// one. The input is Python's byte for byte (PNG) or nearly so (JPEG decoders); integer kernels of other
// processors may round a sum differently, which a large int8 model shows in single pixels: 20 is the
// contract's 0.08.
const TOLERANCES = {
  float32: { worst: 2, mean: 0.05 },
  int8: { worst: 8, mean: 0.5 },
  bundled: { worst: 20, mean: 0.5 },
};

for (const model of ["float32", "int8", "bundled"].filter((name) => existsSync(join(material, name)))) {
  test(`photos of all shapes through the ${model} model`, async (t) => {
    const site = await serveSite(await buildSite(join(material, model)));
    const browser = await openBrowser();
    t.after(() => Promise.all([browser.close(), site.close()]));
    const { page } = browser;
    t.diagnostic(`runs on ${await loadPage(page, site.address)}`);
    const tolerance = TOLERANCES[model];

    const spreads = [];
    for (const photo of readdirSync(join(material, "photos"))) {
      await openFile(page, join(material, "photos", photo));
      const { name, path } = await download(page);
      assert.equal(name, `${parse(photo).name}_map.png`);
      const found = await compareGrey(page, path, join(material, model, "maps", `${parse(photo).name}.png`));
      t.diagnostic(`${photo}: ${await page.textContent("#time")}, ${JSON.stringify(found)}`);
      assert.equal(found.size, found.otherSize);
      spreads.push(found.spread);
      assert.ok(found.worst <= tolerance.worst, `worst ${found.worst}, allowed ${tolerance.worst}`);
      assert.ok(found.mean <= tolerance.mean, `mean ${found.mean}, allowed ${tolerance.mean}`);
    }

    // A trained model may rightly call one photo, such as a magnified thumbnail, blurred all over.
    assert.ok(spreads.filter((spread) => spread > 10).length > spreads.length / 2, `flat maps: ${spreads}`);

    await awaitOffline(page);
    assert.deepEqual(browser.problems, []);
    for (const request of browser.requests) {
      assert.ok(/^(blob|data):/.test(request.url()) || request.url().startsWith(site.address), request.url());
      assert.equal(request.method(), "GET");
    }
  });
}
