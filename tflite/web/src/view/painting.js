/** Blur maps as pictures: pure functions from probabilities to RGBA bytes. */

import { resample } from "../detection/resampling.js";

const VEIL = [38, 36, 100];
const OUTLINE = [255, 220, 120, 255];
const OPACITY = 0.65;

export function show(canvas, pixels) {
  Object.assign(canvas, { width: pixels.width, height: pixels.height });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** A map {map, width, height} as a Float32Array of another size. */
export function mapAt({ map, width, height }, size) {
  return resample(map, { width, height, stride: 1 }, size, 1);
}

/** Share, 0..1, of the pixels whose probability of being blurred lies below a threshold. */
export function inFocusShare(plane, threshold) {
  return plane.reduce((count, value) => count + (value < threshold), 0) / plane.length;
}

/**
 * An ImageData of a photo at its plane's size. "map": grey, white = blurred. "mask": white from the threshold
 * on. "overlay": the photo where in focus, under a veil where blurred, a line between.
 */
export function paint(kind, photo, plane, threshold, opacity = OPACITY) {
  const picture = new ImageData(photo.width, photo.height);
  if (kind === "overlay") {
    paintOverlay(picture.data, photo, plane, threshold, opacity);
    return picture;
  }
  for (let at = 0; at < plane.length; at++) {
    const level = kind === "mask" ? 255 * (plane[at] >= threshold) : Math.round(plane[at] * 255);
    picture.data.set([level, level, level, 255], 4 * at);
  }
  return picture;
}

function paintOverlay(pixels, photo, plane, threshold, opacity) {
  for (let at = 0; at < plane.length; at++) {
    const alpha = plane[at] < threshold ? 0 : Math.floor(plane[at] * 255 * opacity + 0.5);
    for (let channel = 0; channel < 3; channel++) {
      const mixed = photo.data[4 * at + channel] * (255 - alpha) + VEIL[channel] * alpha;
      pixels[4 * at + channel] = Math.floor((mixed + 127) / 255);
    }
    pixels[4 * at + 3] = 255;
  }
  drawOutline(pixels, photo, plane, threshold);
}

function drawOutline(pixels, { width, height }, plane, threshold) {
  const reach = Math.max(1, Math.floor((Math.max(width, height) + 200) / 400));
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  const disc = offsets.flatMap((down) => offsets.map((right) => [right, down]))
    .filter(([right, down]) => down * down + right * right <= reach * reach);
  const blurred = (x, y) => (
    x >= 0 && y >= 0 && x < width && y < height && plane[y * width + x] >= threshold
  );
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const borders = blurred(x + 1, y) || blurred(x - 1, y) || blurred(x, y + 1) || blurred(x, y - 1);
      if (blurred(x, y) || !borders) continue;
      for (const [right, down] of disc) {
        if (blurred(x + right, y + down)) pixels.set(OUTLINE, 4 * ((y + down) * width + x + right));
      }
    }
  }
}
