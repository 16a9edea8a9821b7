/** Blur maps as pictures: pure functions from probabilities to RGBA bytes. */

import { resample } from "../detection/resampling.js";

export const KINDS = ["map", "overlay", "mask"];
const VEIL = [38, 36, 100];
const OUTLINE = [255, 220, 120, 255];
const OPACITY = 0.65;

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
 *   threshold. "overlay": the photo as it is where in focus, under a veil where blurred, a line between.
 * @param {ImageData} photo The photo, at the plane's size; only read.
 * @param {Float32Array} plane Probabilities, 0..1.
 * @param {number} threshold 0..1.
 * @param {number} [opacity] Of the overlay's veil where the probability is 1.
 * @returns {ImageData}
 */
export function paint(kind, photo, plane, threshold, opacity = OPACITY) {
  const picture = new ImageData(photo.width, photo.height);
  if (kind === "overlay") paintOverlay(picture, photo, plane, threshold, opacity);
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

function paintOverlay({ data: pixels, width, height }, photo, plane, threshold, opacity) {
  for (let at = 0; at < plane.length; at++) {
    const alpha = plane[at] < threshold ? 0 : Math.floor(plane[at] * 255 * opacity + 0.5);
    for (let channel = 0; channel < 3; channel++) {
      const mixed = photo.data[4 * at + channel] * (255 - alpha) + VEIL[channel] * alpha;
      pixels[4 * at + channel] = Math.floor((mixed + 127) / 255);
    }
    pixels[4 * at + 3] = 255;
  }
  forEachOutlinePixel(plane, { width, height }, threshold, (at) => pixels.set(OUTLINE, 4 * at));
}

/** Visits the blurred pixels next to the focus, as far as a line is wide; some more than once. */
export function forEachOutlinePixel(plane, { width, height }, threshold, visit) {
  const reach = Math.max(1, Math.floor((Math.max(width, height) + 200) / 400));
  const inside = (x, y) => x >= 0 && y >= 0 && x < width && y < height;
  const blurred = (x, y) => inside(x, y) && plane[y * width + x] >= threshold;
  const sides = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  const around = discOffsets(reach);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (blurred(x, y) || !sides.some(([right, down]) => blurred(x + right, y + down))) continue;
      for (const [right, down] of around) {
        if (blurred(x + right, y + down)) visit((y + down) * width + x + right);
      }
    }
  }
}

function discOffsets(reach) {
  const offsets = [];
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      if (down * down + right * right <= reach * reach) offsets.push([right, down]);
    }
  }
  return offsets;
}
