/** Python's golden vectors of what surrounds the model: panoramas and sharpness. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { directions } from "../../src/detection/edges.js";
import { blend, isPanorama, lookAlong, spansOf, stripOf } from "../../src/detection/panorama.js";
import { greyOf, scorePhoto } from "../../src/detection/sharpness.js";
import { draw } from "./scenes.js";

const vectors = JSON.parse(readFileSync(new URL("../../../golden/vectors.json", import.meta.url), "utf8"));

function near(own, expected, tolerance) {
  assert.equal(own.length, expected.length);
  expected.forEach((value, at) => {
    const error = Math.abs(own[at] - value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${at}: ${own[at]}, expected ${value}`);
  });
}

for (const { width, height, strip, windows, every, blend: expected } of vectors.panoramas) {
  test(`a panorama of ${width}x${height} is cut and blended as in Python`, () => {
    assert.ok(isPanorama({ width, height }));
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

// Windows of 10, each 7 further.
for (const [size, model] of [
  [{ width: 24, height: 6 }, { width: 10, height: 6 }],
  [{ width: 6, height: 24 }, { width: 6, height: 10 }],
]) {
  test(`a model that gives what it sees gives a panorama of ${size.width}x${size.height}`, async () => {
    const photo = { ...size, data: Uint8ClampedArray.from({ length: 576 }, (_, at) => (at >> 2) * 7 % 256) };
    const look = async ({ data }) => ({ map: Float32Array.from(data).filter((_, at) => at % 4 === 0) });
    const { map, width } = await lookAlong(photo, model, look);
    assert.equal(width, size.width);
    near(map, Array.from({ length: 144 }, (_, at) => at * 7 % 256), 1e-5);
  });
}

test("a photo of 3:1 is no panorama", () => assert.ok(!isPanorama({ width: 3, height: 1 })));

for (const { expected, map, ...scene } of vectors.sharpness) {
  test(`sharpness is Python's: ${JSON.stringify(scene)}`, () => {
    const photo = draw(scene);
    const values = Float32Array.from(map?.values ?? [0]);
    const blur = map ? { ...map, map: values } : { width: 1, height: 1, map: values };
    const focus = { ...blur, stride: 1, data: values.map((value) => Math.max(1 - value, 0.1)) };
    const seen = directions(greyOf(photo), focus) ?? { variances: [], weights: [] };
    near(seen.variances, expected.variances, 1e-4);
    near(seen.weights, expected.weights, 1e-6);
    const own = scorePhoto(photo, blur);
    const { sharpness, edge_px: edge, sharp_up_to: sharpUpTo, verdict, blur: kind } = expected;
    near([own.sharpness, own.edgePx ?? 0], [sharpness, edge ?? 0], 1e-4);
    assert.deepEqual([own.verdict, own.blur, own.sharpUpTo], [verdict, kind, sharpUpTo]);
  });
}
