/** The page as people use it: mouse, keyboard, clipboard, camera, phone, bad files. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import {
  download, FAKE_CAMERA, loadPage, material, openBrowser, openFile, serveSite, showing,
} from "./browser.js";

const photo = (name) => join(material, "photos", name);
let site, browser, page;

before(async () => {
  site = await serveSite({ golden: join(material, "grey"), camera: join(material, "lite_fast_int8") });
  browser = await openBrowser({ flags: FAKE_CAMERA });
  page = browser.page;
  await loadPage(page, site.address);
});

after(() => Promise.all([browser?.close(), site?.close()]));

/** Sends a paste or drop of a file to the page, as the browser would. */
function give(kind, path, type) {
  const payload = { kind, type, name: path.split("/").at(-1), text: readFileSync(path).toString("base64") };
  return page.evaluate((given) => {
    const bytes = Uint8Array.from(atob(given.text), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], given.name, { type: given.type }));
    const options = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
    const Event = given.kind === "paste" ? ClipboardEvent : DragEvent;
    document.querySelector("#stage").dispatchEvent(new Event(given.kind, options));
  }, payload);
}

const state = () => page.getAttribute("#app", "data-state");
const figure = (id) => page.textContent(`#${id}`);
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.value);

async function tabTo(id) {
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press("Tab");
    if (await focused() === id) return;
  }
  assert.fail(`${id} cannot be reached with Tab`);
}

test("by keyboard alone: example, divider, view, threshold, download", async () => {
  // Before the first photo, nothing can be set or saved.
  assert.ok(await page.isDisabled("#download") && await page.isDisabled("#threshold"));
  assert.equal(await page.isVisible("#frame"), false);
  await tabTo("example");
  await showing(page, () => page.keyboard.press("Enter"));
  await page.waitForFunction(() => document.activeElement.id === "split");
  await page.keyboard.press("Home");
  assert.match(await page.getAttribute("#split", "aria-valuetext"), /left 0 percent/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.inputValue("#split"), "1");
  const clip = await page.evaluate(() => getComputedStyle(document.querySelector("#result")).clipPath);
  assert.equal(clip, "inset(0px 0px 0px 1%)");

  await tabTo("map");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.isChecked("input[value=overlay]"), true);
  assert.equal(await figure("result-tag"), "Overlay");

  await tabTo("threshold");
  await page.keyboard.press("Home");
  const low = parseInt(await figure("share"), 10);
  await page.keyboard.press("End");
  const high = parseInt(await figure("share"), 10);
  assert.equal(await figure("threshold-value"), "99 %");
  assert.ok(low < 20 && high > 80 && low < high, `in focus: ${low} % and ${high} %`);

  await tabTo("download");
  const { name } = await download(page, () => page.keyboard.press("Enter"));
  assert.equal(name, "example_overlay.png");
  await page.fill("#threshold", "50");
});

test("a pasted photo and a dropped photo are opened", async () => {
  await showing(page, () => give("paste", photo("turned.jpg"), "image/jpeg"));
  assert.match(await figure("time"), /^\d+(\.\d)? ms$/);
  await page.check("input[value=mask]", { force: true });
  assert.equal((await download(page)).name, "turned_mask.png");
  assert.match(await figure("sharpness"), /^0\.\d\d$/);
  await showing(page, () => give("drop", photo("low.png"), "image/png"));
  const scores = JSON.parse(readFileSync(join(material, "grey/scores.json")));
  const { sharpness, edge_px: edge, blur } = scores["low.png"];
  assert.deepEqual(
    [await figure("sharpness"), await figure("edges"), await figure("blur")],
    [sharpness.toFixed(2), `${edge.toFixed(1)} px`, blur],
  );
  await showing(page, () => give("drop", photo("large.png"), "image/png"));
  assert.equal((await download(page)).name, "large_mask.png");
});

test("what is no photo is refused and the page goes on", async () => {
  await give("drop", join(material, "resized.json"), "application/json");
  assert.match(await figure("problem"), /resized\.json is not a photo/);
  await give("paste", join(material, "resized.json"), "image/jpeg");
  await page.waitForFunction(() => /damaged/.test(document.querySelector("#problem").textContent));
  await openFile(page, photo("cat.jpg"));
  assert.equal(await figure("problem"), "");
});

test("the camera runs, with its own model, until it is frozen", async () => {
  await page.click("#camera");
  await page.waitForSelector('#app[data-state="live"]');
  assert.equal(await page.getAttribute("#camera", "aria-pressed"), "true");
  for (let frame = 0; frame < 3; frame++) await showing(page, () => {});
  assert.equal(await figure("sharpness"), "–");
  const contract = JSON.parse(readFileSync(join(material, "lite_fast_int8/contract.json"))).model;
  assert.ok((await figure("camera-facts")).startsWith(`Camera · ${contract.name}, int8`));
  assert.match(await figure("photo-facts"), /^grey, /);
  await page.click("#camera");
  await page.waitForSelector('#app[data-state="photo"]');
  assert.equal(await figure("camera"), "Camera");
  assert.equal((await download(page)).name, "camera_mask.png");
});

test("what is opened while the person is asked for the camera stays, and no stream is leaked", async () => {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    window.prompts = [];
    mediaDevices.getUserMedia = (wishes) => new Promise((resolve, reject) => {
      const allow = async () => {
        const stream = await ask(wishes);
        resolve(stream);
        await new Promise(requestAnimationFrame);
        [window.track] = stream.getTracks();
        return window.track.readyState;
      };
      window.prompts.push({ allow, refuse: () => reject(new Error("denied")) });
    });
  });
  const answer = (number, how) => page.evaluate(([at, key]) => window.prompts[at][key](), [number, how]);
  const click = () => page.click("#camera");

  await click();
  await openFile(page, photo("cat.jpg"));
  assert.equal(await answer(0, "allow"), "ended");
  await click();
  await openFile(page, photo("cat.jpg"));
  await answer(1, "refuse");
  assert.deepEqual([await state(), await figure("problem")], ["photo", ""]);
  assert.equal((await download(page)).name, "cat_mask.png");

  // A second click takes the first back, a third starts anew.
  for (const label of ["Freeze", "Camera", "Freeze"]) {
    await click();
    assert.equal(await figure("camera"), label);
  }
  assert.equal(await answer(2, "allow"), "ended");
  assert.equal(await answer(3, "allow"), "live");
  await page.waitForSelector('#app[data-state="live"]');
  await click();
  assert.deepEqual([await state(), await page.evaluate(() => window.track.readyState)], ["photo", "ended"]);
});

test("every control has a name, fits a finger, and a phone need not be scrolled sideways", async () => {
  const nameless = await page.$$eval("button, input:not([hidden])", (nodes) => nodes
    .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
    .map((node) => node.outerHTML));
  assert.deepEqual(nameless, []);
  for (const width of [320, 390, 844]) {
    await page.setViewportSize({ width, height: 700 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide at ${width} px`);
  }
  const small = await page.$$eval("button, .segments span, #threshold", (nodes) => nodes
    .filter((node) => node.offsetParent && node.offsetHeight < 36).map((node) => node.outerHTML));
  assert.deepEqual(small, [], "too small for a finger");
});

test("nothing went wrong unseen", () => assert.deepEqual(browser.problems, []));
