/** Is a photo sharp? As `dbdgan_tf.score` tells it from the photo and its blur map. */

import { edgeBlur } from "./edges.js";

const [SHARP_AT, SHARP_BLUR, PIXEL, PERFECT] = [2048, 0.85, 1 / 4, 1 / 12];
const [RISE, MOTION_RATIO, LEAST_FOCUS] = [2.563, 1.75, 0.1];

/**
 * Of a photo (RGBA at its own size) and its blur map {map, width, height}: verdict "sharp", "soft" or
 * "uncertain"; sharpness 0..1; edgePx in px of the photo, or null; sharpUpTo, the long side, px, up to which
 * it is sharp when shrunk; blur "none", "defocus" or "motion".
 */
export function scorePhoto(photo, blur) {
  const focus = { ...blur, stride: 1, data: blur.map.map((value) => Math.max(1 - value, LEAST_FOCUS)) };
  const found = edgeBlur(greyOf(photo), focus);
  if (!found) return { verdict: "uncertain", sharpness: 0, edgePx: null, sharpUpTo: 0, blur: "none" };
  const longSide = Math.max(photo.width, photo.height);
  const edge = Math.sqrt(Math.max(found.variance, PERFECT) + PIXEL);
  const sharpUpTo = Math.floor(longSide * SHARP_BLUR / Math.sqrt(Math.max(found.variance, SHARP_BLUR ** 2)));
  const sharp = sharpUpTo >= Math.min(SHARP_AT, longSide);
  const kind = found.anisotropy > MOTION_RATIO ? "motion" : "defocus";
  return {
    verdict: sharp ? "sharp" : "soft",
    sharpness: Math.sqrt(PERFECT + PIXEL) / edge,
    edgePx: RISE * edge,
    sharpUpTo,
    blur: sharp ? "none" : kind,
  };
}

function greyOf({ data, width, height }) {
  const grey = new Uint8Array(width * height);
  for (let to = 0, at = 0; to < grey.length; to++, at += 4) {
    grey[to] = (9798 * data[at] + 19235 * data[at + 1] + 3735 * data[at + 2] + 16384) >> 15;
  }
  return { data: grey, width, height, stride: 1 };
}
