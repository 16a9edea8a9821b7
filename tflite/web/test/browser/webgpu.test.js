/** The WebGPU way, on Chromium's software adapter where this build has one. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { download, loadPage, openBrowser, openFile } from "./chromium.js";
import { compareGrey } from "./comparison.js";
import { material } from "./material.js";
import { buildSite, serveSite } from "./site.js";

const SOFTWARE_ADAPTER = [
  "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--use-vulkan=swiftshader",
  "--enable-features=Vulkan,WebGPU", "--ignore-gpu-blocklist",
];

test("a float32 model on WebGPU gives the same map", async (t) => {
  const site = await serveSite(await buildSite(join(material, "float32")));
  const browser = await openBrowser({ flags: SOFTWARE_ADAPTER });
  t.after(() => Promise.all([browser.close(), site.close()]));
  const label = await loadPage(browser.page, site.address);
  if (label !== "WebGPU") return t.skip(`this Chromium has no WebGPU adapter; it runs on ${label}`);

  await openFile(browser.page, join(material, "photos", "cat.jpg"));
  const { path } = await download(browser.page);
  const found = await compareGrey(browser.page, path, join(material, "float32", "maps", "cat.png"));
  t.diagnostic(`${await browser.page.textContent("#time")}, ${JSON.stringify(found)}`);
  assert.ok(found.worst <= 3 && found.mean <= 0.1, JSON.stringify(found));
  return assert.deepEqual(browser.problems, []);
});
