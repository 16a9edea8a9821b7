/** Compares two grey pictures, decoded by the browser. */

import { readFileSync } from "node:fs";

/** Sizes and differences (worst, mean) in grey levels of two image files; `spread`: the second's range. */
export function compareGrey(page, ...paths) {
  return page.evaluate(differences, paths.map((path) => readFileSync(path).toString("base64")));
}

async function differences(encoded) {
  const [own, other] = await Promise.all(encoded.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const levels = context.getImageData(0, 0, width, height).data.filter((_, at) => at % 4 === 0);
    return { size: `${width}x${height}`, levels };
  }));
  const apart = Array.from(other.levels, (level, at) => Math.abs(own.levels[at] - level));
  const most = (values) => values.reduce((one, two) => Math.max(one, two), 0);
  return {
    size: own.size,
    otherSize: other.size,
    worst: most(apart),
    mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
    spread: most(other.levels) - (255 - most(other.levels.map((level) => 255 - level))),
  };
}
