/** Compares two grey pictures, decoded by the browser. */

import { readFileSync } from "node:fs";

/**
 * @param {object} page An open page.
 * @param {string[]} paths Two image files.
 * @returns {Promise<{size: string, otherSize: string, worst: number, mean: number, spread: number}>}
 *   Differences in grey levels 0..255; `spread` is the range of the second picture's levels.
 */
export function compareGrey(page, ...paths) {
  return page.evaluate(differences, paths.map((path) => readFileSync(path).toString("base64")));
}

async function differences(encoded) {
  const [own, other] = await Promise.all(encoded.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  }));
  const result = { size: `${own.width}x${own.height}`, otherSize: `${other.width}x${other.height}` };
  let [worst, total, low, high] = [0, 0, 255, 0];
  for (let at = 0; at < other.data.length; at += 4) {
    const difference = Math.abs(own.data[at] - other.data[at]);
    worst = Math.max(worst, difference);
    total += difference;
    low = Math.min(low, other.data[at]);
    high = Math.max(high, other.data[at]);
  }
  return { ...result, worst, mean: total / (other.data.length / 4), spread: high - low };
}
