/** Pre- and post-processing: photo pixels to the model's input, the model's output to a blur map. */

import { resampleBytes } from "./byte_resampling.js";

/**
 * @param {object} contract What contract.json says of the model.
 * @returns {function(ImageData): Float32Array|Uint8Array} Makes the input tensor, [1, height, width, 3].
 */
export function inputMaker(contract) {
  const table = inputTable(contract);
  return ({ data, width, height }) => {
    const samples = resampleBytes(data, { width, height, stride: 4 }, contract, 3);
    if (contract.kind === "uint8") return samples;
    return Float32Array.from(samples, (sample, at) => table[3 * sample + at % 3]);
  };
}

/**
 * @param {Float32Array|Uint8Array} stored The model's output.
 * @param {object} contract What contract.json says of the model.
 * @returns {Float32Array} Probability that the pixel is out of focus, 0..1, rows from the top.
 * @throws {Error} If the model gave NaN or infinite values.
 */
export function readMap(stored, { kind, polarity, output_scale: scale, output_zero_point: zeroPoint }) {
  const map = Float32Array.from(stored);
  for (let at = 0; at < map.length; at++) {
    const real = kind === "float32" ? map[at] : (map[at] - zeroPoint) * scale;
    if (!Number.isFinite(real)) throw new Error("The model gave NaN or infinite values.");
    const clipped = Math.min(1, Math.max(0, real));
    map[at] = polarity === "blur" ? clipped : 1 - clipped;
  }
  return map;
}

/** What each of the 256 values of each channel becomes in a float32 input: 256 x 3. */
export function inputTable({ mean, std }) {
  return Float32Array.from({ length: 256 * 3 }, (_, at) => {
    const channel = at % 3;
    return Math.fround((at - channel) / 3 - Math.fround(mean[channel])) / Math.fround(std[channel]);
  });
}
