/** The page's maps are Python's maps, for every model of the material, on WebAssembly and on WebGPU. */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { test } from "node:test";

import {
  awaitOffline, compareGrey, download, loadPage, material, openBrowser, openFile, serveSite,
} from "./browser.js";

// Chromium's own, where this build has one.
const SOFTWARE_ADAPTER = [
  "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--use-vulkan=swiftshader",
  "--enable-features=Vulkan,WebGPU", "--ignore-gpu-blocklist",
];
// Grey levels of 255; JPEG decoders differ a little, and integer kernels of other processors may round a sum
// differently, which a large int8 model shows in single pixels: 20 is the contract's 0.08.
const CASES = {
  grey: [{ worst: 8, mean: 0.5 }],
  int8: [{ worst: 20, mean: 0.5 }],
  float16: [{ worst: 2, mean: 0.05 }, { worst: 3, mean: 0.1, flags: SOFTWARE_ADAPTER, photos: ["cat.jpg"] }],
};
const models = readdirSync(material).filter((name) => existsSync(join(material, name, "contract.json")));
const cases = models.flatMap((model) => CASES[model.split("_").at(-1)].map((one) => ({ model, ...one })));

for (const { model, worst, mean, flags, photos = readdirSync(join(material, "photos")) } of cases) {
  test(`photos of all shapes through the ${model} model${flags ? " on WebGPU" : ""}`, async (t) => {
    const site = await serveSite({ golden: join(material, model) });
    const browser = await openBrowser({ flags });
    t.after(() => Promise.all([browser.close(), site.close()]));
    const { page } = browser;
    const label = await loadPage(page, site.address);
    if (flags && label !== "WebGPU") return t.skip(`this Chromium has no WebGPU adapter; ${label} only`);

    const spreads = [];
    for (const photo of photos) {
      await openFile(page, join(material, "photos", photo));
      const { name, path } = await download(page);
      assert.equal(name, `${parse(photo).name}_map.png`);
      const found = await compareGrey(page, path, join(material, model, "maps", `${parse(photo).name}.png`));
      const told = `${photo} on ${label}: ${await page.textContent("#time")}, ${JSON.stringify(found)}`;
      t.diagnostic(told);
      assert.equal(found.size, found.otherSize);
      spreads.push(found.spread);
      assert.ok(found.worst <= worst && found.mean <= mean, told);
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
