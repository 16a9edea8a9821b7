/**
 * Photos longer than 3:1, as dbdgan_tf/inference/tiling.py looks at them: through windows whose maps are
 * blended. Squeezed into the model's input, what is in them would hide.
 */

import { resample, resampleBytes, roundHalfToEven } from "./resampling.js";

const [LONGEST, OVERLAP, ZOOM, MOST_WINDOWS, LEAST_WEIGHT] = [3, 0.3, 1.5, 16, 1e-3];

export function isPanorama({ width, height }) {
  return Math.max(width, height) > LONGEST * Math.min(width, height);
}

/**
 * The map {map, width, height} of RGBA pixels {data, width, height} for a model of such an input;
 * `look` promises the model's {map} of such pixels.
 */
export async function lookAlong({ data: pixels, width, height }, model, look) {
  const strip = stripOf({ width, height }, model);
  strip.data = resampleBytes(pixels, { width, height, stride: 4 }, strip, 4);
  const pieces = [];
  for (const [start, stop] of spansOf(strip)) {
    const window = cut(strip, start, stop);
    const { map } = await look(window);
    pieces.push({ start, ...window, map: resample(map, { ...model, stride: 1 }, window, 1) });
  }
  return { width: strip.width, height: strip.height, map: blend(strip, pieces) };
}

/** The size that a panorama is shrunk to, so that its short side is the model's shorter one. */
export function stripOf({ width, height }, model) {
  const shrink = Math.min(1, Math.min(model.width, model.height) / Math.min(width, height));
  const [across, down] = [width, height].map((side) => Math.max(1, roundHalfToEven(side * shrink)));
  return { width: across, height: down };
}

/** [start, stop] of each window along a strip. */
export function spansOf({ width, height }) {
  const [length, short] = [Math.max(width, height), Math.min(width, height)];
  const count = Math.min(MOST_WINDOWS, Math.max(1, Math.ceil(length / (ZOOM * short))));
  const window = length / (1 + (count - 1) * (1 - OVERLAP));
  const starts = Array.from({ length: count }, (_, index) => index * window * (1 - OVERLAP));
  return starts.map((start) => [Math.floor(start), Math.min(length, Math.ceil(start + window))]);
}

export function blend(strip, pieces) {
  const wide = strip.width > strip.height;
  const total = new Float32Array(strip.width * strip.height);
  const weights = new Float32Array(total.length);
  for (const { map, width, height, start } of pieces) {
    const first = wide ? start : start * strip.width;
    for (let at = 0; at < map.length; at++) {
      const [x, y] = [at % width, Math.floor(at / width)];
      const phase = wide ? (x + 0.5) / width : (y + 0.5) / height;
      const weight = Math.sin(Math.PI * phase) ** 2 + LEAST_WEIGHT;
      total[first + y * strip.width + x] += weight * map[at];
      weights[first + y * strip.width + x] += weight;
    }
  }
  return total.map((sum, at) => sum / weights[at]);
}

function cut({ data, width, height }, start, stop) {
  const wide = width > height;
  const window = wide ? { width: stop - start, height } : { width, height: stop - start };
  window.data = new Uint8Array(4 * window.width * window.height);
  for (let y = 0; y < window.height; y++) {
    const first = wide ? y * width + start : (start + y) * width;
    window.data.set(data.subarray(4 * first, 4 * (first + window.width)), 4 * y * window.width);
  }
  return window;
}
