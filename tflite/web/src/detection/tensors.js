/** Pre- and post-processing: photo pixels to the model's input, the model's output to a blur map. */

import { resampleBytes } from "./resampling.js";

/** A function that makes the input tensor, [1, height, width, 3], of RGBA pixels {data, width, height}. */
export function inputMaker(contract) {
  const table = inputTable(contract);
  return ({ data, width, height }) => {
    const samples = resampleBytes(data, { width, height, stride: 4 }, contract, 3);
    if (contract.kind === "uint8") return samples;
    return Float32Array.from(samples, (sample, at) => table[3 * sample + at % 3]);
  };
}

/** The model's output as probabilities, 0..1, that a pixel is out of focus; throws where it is no number. */
export function readMap(stored, { kind, polarity, output_scale: scale, output_zero_point: zeroPoint }) {
  return Float32Array.from(stored, (value) => {
    const real = kind === "float32" ? value : (value - zeroPoint) * scale;
    if (!Number.isFinite(real)) throw new Error("The model gave NaN or infinite values.");
    const clipped = Math.min(1, Math.max(0, real));
    return polarity === "blur" ? clipped : 1 - clipped;
  });
}

/** What each of the 256 values of each channel becomes in a float32 input: 256 x 3. */
function inputTable({ mean, std }) {
  return Float32Array.from({ length: 256 * 3 }, (_, at) => {
    const channel = at % 3;
    return Math.fround((at - channel) / 3 - Math.fround(mean[channel])) / Math.fround(std[channel]);
  });
}
