/** The page looks the way it should: the pictures are taken, and what they show is no flat area. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { openBrowser } from "./chromium.js";
import { compareGrey } from "./comparison.js";
import { material } from "./material.js";
import { takeScreenshots } from "./screenshots.js";

test("pictures of the page on a desktop and on a phone", async (t) => {
  const folder = process.env.DBDGAN_WEB_SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "dbdgan-shots-"));
  mkdirSync(folder, { recursive: true });
  const model = ["bundled", "int8"].find((name) => existsSync(join(material, name)));
  const [desktop, phone] = await takeScreenshots(folder, join(material, model));
  t.diagnostic(`${desktop}, ${phone}`);

  const browser = await openBrowser();
  t.after(browser.close);
  const sizes = { [desktop]: "1280x760", [phone]: "780x1688" };
  for (const [path, size] of Object.entries(sizes)) {
    const found = await compareGrey(browser.page, path, path);
    assert.equal(found.size, size);
    assert.ok(found.spread > 150, `${path} shows nothing`);
    assert.ok(readFileSync(path).length > 20_000, `${path} is nearly empty`);
  }
});
