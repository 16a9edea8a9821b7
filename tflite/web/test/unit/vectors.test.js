/** Python's golden vectors of what surrounds the model. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { directions } from "../../src/detection/edges.js";
import { blend, spansOf, stripOf } from "../../src/detection/panorama.js";
import { resampleBytes } from "../../src/detection/resampling.js";
import { greyOf, scorePhoto } from "../../src/detection/sharpness.js";
import { mapAt, paint } from "../../src/view/painting.js";
import "./image_data.js";

const vectors = JSON.parse(readFileSync(new URL("../../../golden/vectors.json", import.meta.url), "utf8"));
const planeAt = (size) => mapAt({ ...vectors.map, map: Float32Array.from(vectors.map.values) }, size);
const material = process.env.DBDGAN_WEB_MATERIAL;
const skip = material ? false : "needs DBDGAN_WEB_MATERIAL, see scripts/test_web.sh";

function near(own, expected, tolerance) {
  assert.equal(own.length, expected.length);
  expected.forEach((value, at) => {
    const error = Math.abs(own[at] - value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${at}: ${own[at]}, expected ${value}`);
  });
}

for (const size of vectors.sizes) {
  test(`a map at ${size.width}x${size.height}`, () => near(planeAt(size), size.values, 1e-4));
}

for (const { width, height, opacity, threshold, values } of vectors.overlays) {
  test(`the overlay at ${width}x${height}, opacity ${opacity}`, () => {
    const picture = new ImageData(width, height);
    const levels = vectors.photo;
    picture.data.forEach((_, at, data) => { data[at] = levels[(3 * (at >> 2) + (at & 3)) % levels.length]; });
    const own = paint("overlay", picture, planeAt({ width, height }), threshold, opacity).data;
    assert.deepEqual([...own].filter((_, at) => at % 4 < 3), values);
  });
}

for (const { width, height, strip, windows, every, blend: expected } of vectors.panoramas) {
  test(`a panorama of ${width}x${height} is cut and blended`, () => {
    assert.deepEqual(stripOf({ width, height }, { width: 320, height: 384 }), strip);
    assert.deepEqual(spansOf(strip), windows);
    const wide = width > height;
    const pieces = windows.map(([start, stop], number) => {
      const window = { ...strip, [wide ? "width" : "height"]: stop - start };
      return { ...window, start, map: new Float32Array(window.width * window.height).fill(number) };
    });
    const own = blend(strip, pieces).filter((_, at) => (wide ? at < strip.width : at % strip.width === 0));
    near(own.filter((_, at) => at % every === 0), expected, 1e-4);
  });
}

vectors.sharpness.forEach(({ expected, map, width, height, ...scene }, number) => {
  test(`sharpness of ${width}x${height}, ${JSON.stringify(scene)}`, { skip }, () => {
    const photo = { data: readFileSync(join(material, `scenes/${number}.rgba`)), width, height };
    const values = Float32Array.from(map?.values ?? [0]);
    const blur = map ? { ...map, map: values } : { width: 1, height: 1, map: values };
    const focus = { ...blur, stride: 1, data: values.map((value) => Math.max(1 - value, 0.1)) };
    const seen = directions(greyOf(photo), focus) ?? { variances: [], weights: [] };
    near(seen.variances, expected.variances, 1e-4);
    near(seen.weights, expected.weights, 1e-6);
    const own = scorePhoto(photo, blur);
    near([own.sharpness, own.edgePx ?? 0], [expected.sharpness, expected.edge_px ?? 0], 1e-4);
    const { verdict, blur: kind, sharp_up_to: sharpUpTo } = expected;
    assert.deepEqual([own.verdict, own.blur, own.sharpUpTo], [verdict, kind, sharpUpTo]);
  });
});

test("resized bytes", { skip }, () => {
  const [source, ...cases] = JSON.parse(readFileSync(join(material, "resized.json"), "utf8"));
  assert.ok(cases.length >= 6);
  for (const { width, height, pixels } of cases) {
    const own = resampleBytes(source.pixels, { ...source, stride: 3 }, { width, height }, 3);
    assert.deepEqual([...own], pixels, `${width}x${height}`);
  }
});
