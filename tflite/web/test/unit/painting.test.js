import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};
const { forEachOutlinePixel, inFocusShare, mapAt, paint } = await import("../../src/view/painting.js");

const photo = new ImageData(3, 1);
photo.data.fill(100);
const plane = Float32Array.of(0, 0.5, 1);
const pixel = (picture, at) => [...picture.data.slice(4 * at, 4 * at + 4)];

test("the map is grey, white where blurred", () => {
  const picture = paint("map", photo, plane, 0.5);
  assert.deepEqual([0, 1, 2].map((at) => pixel(picture, at)[0]), [0, 128, 255]);
  assert.deepEqual(pixel(picture, 2), [255, 255, 255, 255]);
});

test("the mask is white from the threshold on", () => {
  const picture = paint("mask", photo, plane, 0.5);
  assert.deepEqual([0, 1, 2].map((at) => pixel(picture, at)[1]), [0, 255, 255]);
});

test("the outline lies outside the in-focus area and not on the picture's border", () => {
  const [visited, corner] = [new Set(), Float32Array.of(0, 0, 1, 0, 0, 0)];
  forEachOutlinePixel(corner, { width: 3, height: 2 }, 0.5, (at) => visited.add(at));
  assert.deepEqual([...visited], [2]);
});

test("the in-focus share counts what lies below the threshold", () => {
  assert.equal(inFocusShare(plane, 0.5), 1 / 3);
  assert.equal(inFocusShare(plane, 0.6), 2 / 3);
});

const vectors = JSON.parse(readFileSync(new URL("../../../golden/vectors.json", import.meta.url), "utf8"));
const planeAt = (size) => mapAt({ ...vectors.map, map: Float32Array.from(vectors.map.values) }, size);

for (const size of vectors.sizes) {
  test(`a map at ${size.width}x${size.height} is Python's`, () => {
    const own = planeAt(size);
    assert.equal(own.length, size.values.length);
    size.values.forEach((value, at) => assert.ok(Math.abs(own[at] - value) < 1e-4, `${at}: ${own[at]}`));
  });
}

for (const { width, height, opacity, threshold, values } of vectors.overlays) {
  test(`the overlay at ${width}x${height}, opacity ${opacity}, is Python's`, () => {
    const picture = new ImageData(width, height);
    const levels = vectors.photo;
    picture.data.forEach((_, at, data) => { data[at] = levels[(3 * (at >> 2) + (at & 3)) % levels.length]; });
    const own = paint("overlay", picture, planeAt({ width, height }), threshold, opacity).data;
    assert.deepEqual([...own].filter((_, at) => at % 4 < 3), values);
  });
}
