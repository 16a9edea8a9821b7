/** Pre- and post-processing: photo pixels to the model's input, the model's output to a blur map. */

import { resampleBytes } from "./byte_resampling.js";
import { roundHalfToEven } from "./rounding.js";

const ARRAYS = { float32: Float32Array, uint8: Uint8Array };

/**
 * @param {object} input The contract's "input".
 * @returns {function(ImageData): Float32Array|Uint8Array} Makes the input tensor, [1, height, width, 3].
 */
export function inputMaker(input) {
  const table = inputTable(input);
  return ({ data, width, height }) => {
    const samples = resampleBytes(data, { width, height, stride: 4 }, input, 3);
    const tensor = new ARRAYS[input.type](samples.length);
    for (let at = 0; at < samples.length; at++) {
      tensor[at] = table[3 * samples[at] + at % 3];
    }
    return tensor;
  };
}

/**
 * @param {Float32Array|Uint8Array} stored The model's output.
 * @param {object} contract The whole contract.
 * @returns {Float32Array} Probability that the pixel is out of focus, 0..1, rows from the top.
 * @throws {Error} If the model gave NaN or infinite values.
 */
export function readMap(stored, { output, polarity }) {
  const map = Float32Array.from(stored);
  for (let at = 0; at < map.length; at++) {
    const real = output.type === "float32" ? map[at] : (map[at] - output.zeroPoint) * output.scale;
    if (!Number.isFinite(real)) throw new Error("The model gave NaN or infinite values.");
    const clipped = Math.min(1, Math.max(0, real));
    map[at] = polarity === "blur" ? clipped : 1 - clipped;
  }
  return map;
}

/** What each of the 256 values of each channel becomes in the input: 256 x 3. */
export function inputTable({ type, scale, zeroPoint, mean, std }) {
  const table = new ARRAYS[type](256 * 3);
  for (let value = 0; value < 256; value++) {
    for (let channel = 0; channel < 3; channel++) {
      const real = Math.fround(Math.fround(value - Math.fround(mean[channel])) / Math.fround(std[channel]));
      table[3 * value + channel] = type === "float32" ? real : toByte(real / scale + zeroPoint);
    }
  }
  return table;
}

function toByte(value) {
  return Math.min(255, Math.max(0, roundHalfToEven(value)));
}
