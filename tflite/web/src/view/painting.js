/** Blur maps as pictures: pure functions from probabilities to RGBA bytes. */

import { resample } from "../detection/resampling.js";
import { INFERNO, OUTLINE } from "./palette.js";

export const KINDS = ["map", "overlay", "mask"];

/** A map {map, width, height} as a Float32Array of another size. */
export function mapAt({ map, width, height }, size) {
  return resample(map, { width, height, stride: 1 }, size, 1);
}

/** Share, 0..1, of the pixels whose probability of being blurred lies below a threshold. */
export function inFocusShare(plane, threshold) {
  let count = 0;
  for (let at = 0; at < plane.length; at++) count += plane[at] < threshold;
  return count / plane.length;
}

/**
 * @param {string} kind "map": grey, white = blurred. "mask": white where the probability reaches the
 *   threshold. "overlay": the photo in the map's colours, the in-focus area outlined.
 * @param {ImageData} photo The photo, at the plane's size; only read.
 * @param {Float32Array} plane Probabilities, 0..1.
 * @param {number} threshold 0..1.
 * @returns {ImageData}
 */
export function paint(kind, photo, plane, threshold) {
  const picture = new ImageData(photo.width, photo.height);
  if (kind === "overlay") paintOverlay(picture, photo, plane, threshold);
  else paintGrey(picture.data, plane, kind === "mask" ? (value) => 255 * (value >= threshold) : toGrey);
  return picture;
}

function toGrey(value) {
  return Math.round(value * 255);
}

function paintGrey(pixels, plane, grey) {
  for (let at = 0; at < plane.length; at++) {
    const level = grey(plane[at]);
    pixels.set([level, level, level, 255], 4 * at);
  }
}

function paintOverlay(picture, photo, plane, threshold) {
  const { data: pixels, width } = picture;
  for (let at = 0; at < plane.length; at++) {
    const colour = 3 * toGrey(plane[at]);
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * at + channel] = (photo.data[4 * at + channel] + INFERNO[colour + channel]) / 2;
    }
    pixels[4 * at + 3] = 255;
  }
  const thickness = Math.max(1, Math.round(Math.max(width, picture.height) / 400));
  forEachOutlinePixel(plane, width, threshold, (x, y) => dot(picture, x, y, thickness));
}

/** Visits the in-focus pixels with a blurred neighbour to the right, left, below or above. */
export function forEachOutlinePixel(plane, width, threshold, visit) {
  const height = plane.length / width;
  const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height;
  const blurred = (x, y) => inside(x, y) && plane[y * width + x] >= threshold;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (blurred(x, y)) continue;
      if (blurred(x + 1, y) || blurred(x - 1, y) || blurred(x, y + 1) || blurred(x, y - 1)) visit(x, y);
    }
  }
}

function dot({ data, width, height }, x, y, thickness) {
  const first = -Math.floor((thickness - 1) / 2);
  for (let row = Math.max(0, y + first); row < Math.min(height, y + first + thickness); row++) {
    for (let column = Math.max(0, x + first); column < Math.min(width, x + first + thickness); column++) {
      data.set(OUTLINE, 4 * (row * width + column));
    }
  }
}
