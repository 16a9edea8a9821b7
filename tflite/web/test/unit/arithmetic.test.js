/** What surrounds the model, on numbers worked out by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isPanorama, lookAlong } from "../../src/detection/panorama.js";
import { resample } from "../../src/detection/resampling.js";
import { inputMaker, readMap } from "../../src/detection/tensors.js";
import { inFocusShare, paint } from "../../src/view/painting.js";
import "./image_data.js";


const size = { width: 1, height: 1 };
const scaled = { ...size, kind: "float32", polarity: "blur", mean: [0, 127, 255], std: [255, 128, 1] };
const bytes = { ...scaled, kind: "uint8", output_scale: 1 / 256, output_zero_point: 0 };

for (const [name, source, [width, height], [toWidth, toHeight], expected] of [
  ["shrinks by a whole factor: averages", [1, 3, 5, 7, 9, 11, 13, 15], [4, 2], [2, 1], [6, 10]],
  ["shrinks by a broken factor: shares the sample on the border", [3, 6, 9], [3, 1], [2, 1], [4, 8]],
  ["grows: half-pixel centres, clamped ends", [0, 8], [2, 1], [4, 1], [0, 2, 6, 8]],
  ["gets no smaller: bilinear on both axes", [0, 4, 8, 12], [4, 1], [2, 2], [2, 10, 2, 10]],
  ["grows on one side, fewer pixels: bilinear", [0, 12, 24, 36, 48, 60, 72, 84], [1, 8], [2, 3],
    [10, 10, 42, 42, 74, 74]],
  ["has one sample: it fills any size", [5], [1, 1], [3, 2], [5, 5, 5, 5, 5, 5]],
]) {
  test(`a plane that ${name}`, () => {
    const own = resample(source, { width, height, stride: 1 }, { width: toWidth, height: toHeight }, 1);
    assert.deepEqual([...own].map((value) => Math.round(value * 1e5) / 1e5), expected);
  });
}

test("pixels become the input: alpha dropped, scaled or resized and rounded half to even", () => {
  const pixel = { ...size, data: [255, 255, 0, 9] };
  assert.deepEqual([...inputMaker(scaled)(pixel)], [1, 1, -255]);
  const pair = { data: [10, 20, 30, 0, 11, 21, 32, 0], width: 2, height: 1 };
  assert.deepEqual([...inputMaker(bytes)(pair)], [10, 20, 31]);
});

test("the output becomes probabilities of blur inside 0..1; NaN is refused", () => {
  assert.deepEqual([...readMap(Uint8Array.of(0, 64, 255), bytes)], [0, 0.25, 255 / 256]);
  const focus = readMap(Float32Array.of(-0.5, 0.25, 2), { ...scaled, polarity: "focus" });
  assert.deepEqual([...focus], [1, 0.75, 0]);
  assert.throws(() => readMap(Float32Array.of(NaN), scaled), /NaN/);
});

test("the map is grey, the mask white from the threshold on, the share what lies below", () => {
  const [photo, plane] = [new ImageData(3, 1), Float32Array.of(0, 0.5, 1)];
  const painted = (kind) => [...paint(kind, photo, plane, 0.5).data];
  assert.deepEqual(painted("map"), [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255]);
  assert.deepEqual(painted("mask"), [0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
  assert.deepEqual([inFocusShare(plane, 0.5), inFocusShare(plane, 0.6)], [1 / 3, 2 / 3]);
});

// Windows of 10, each 7 further.
for (const [width, height, model] of [
  [24, 6, { width: 10, height: 6 }],
  [6, 24, { width: 6, height: 10 }],
]) {
  test(`a model that gives what it sees gives a panorama of ${width}x${height}`, async () => {
    const data = Uint8ClampedArray.from({ length: 576 }, (_, at) => (at >> 2) * 7 % 256);
    const photo = { width, height, data };
    const look = async (window) => ({ map: Float32Array.from(window.data).filter((_, at) => at % 4 === 0) });
    const found = await lookAlong(photo, model, look);
    assert.equal(found.width, width);
    assert.deepEqual([...found.map].map(Math.round), Array.from({ length: 144 }, (_, at) => at * 7 % 256));
    assert.ok(isPanorama(photo) && !isPanorama({ width: 3, height: 1 }));
  });
}
