import assert from "node:assert/strict";
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

test("the overlay mixes photo and colours and outlines the in-focus area", () => {
  const picture = paint("overlay", photo, plane, 0.5);
  assert.deepEqual(pixel(picture, 0), [64, 255, 96, 255]);
  assert.deepEqual(pixel(picture, 2), [(100 + 252) / 2, 178, 132, 255]);
});

test("the outline lies inside the in-focus area and not on the picture's border", () => {
  const visited = [];
  forEachOutlinePixel(Float32Array.of(0, 0, 1, 0, 0, 0), 3, 0.5, (x, y) => visited.push([x, y]));
  assert.deepEqual(visited, [[1, 0], [2, 1]]);
});

test("the in-focus share counts what lies below the threshold", () => {
  assert.equal(inFocusShare(plane, 0.5), 1 / 3);
  assert.equal(inFocusShare(plane, 0.6), 2 / 3);
});

test("a map grows with its ends held", () => {
  const grown = mapAt({ map: Float32Array.of(0, 1), width: 2, height: 1 }, { width: 4, height: 1 });
  assert.deepEqual([...grown], [0, 0.25, 0.75, 1]);
});
