/**
 * Resizing bytes with OpenCV's arithmetic: averages are rounded, mixtures of two samples are fixed-point
 * numbers whose last bits are cut off. A network can tell the difference.
 */

import { areaTaps, resample, ruleFor } from "./resampling.js";

const ONE = 2048;

/** As `resample`, but from bytes to bytes. */
export function resampleBytes(source, from, to, channels) {
  if (ruleFor(from, to) !== areaTaps) return mixed(source, from, to, channels);
  const halved = from.width === 2 * to.width && from.height === 2 * to.height;
  return new Uint8Array(resample(source, from, to, channels).map(halved ? Math.round : roundHalfToEven));
}

export function roundHalfToEven(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 ? nearest - 1 : nearest;
}

function mixed(source, from, to, channels) {
  const columns = pairs(from.width, to.width, true);
  const rows = pairs(from.height, to.height, false);
  const target = new Uint8Array(to.height * to.width * channels);
  const lineLength = from.width * from.stride;
  const mixture = (base, { first, second, firstWeight, secondWeight }) => (
    source[base + first * from.stride] * firstWeight + source[base + second * from.stride] * secondWeight
  );
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++, at++) {
        const upper = mixture(row.first * lineLength + channel, column);
        const lower = mixture(row.second * lineLength + channel, column);
        target[at] = (part(upper, row.firstWeight) + part(lower, row.secondWeight) + 2) >> 2;
      }
    }
  }
  return target;
}

function part(sum, weight) {
  return ((sum >> 4) * weight) >> 16;
}

/**
 * The two samples, and their weights in 1/2048, that make each target sample of one axis. Beyond the border a
 * column gives its share up; a line keeps it: that of the border line twice.
 */
function pairs(from, to, clamped) {
  return Array.from({ length: to }, (_, index) => {
    const open = (index + 0.5) * from / to - 0.5;
    const centre = clamped ? Math.min(Math.max(open, 0), from - 1) : open;
    const first = Math.floor(centre);
    const [firstWeight, secondWeight] = Float32Array.of(1 - centre + first, centre - first)
      .map((share) => roundHalfToEven(share * ONE));
    return { first: Math.max(first, 0), second: Math.min(first + 1, from - 1), firstWeight, secondWeight };
  });
}
