/** Pre- and post-processing: photo pixels to the model's input, the model's output to a blur map. */

import { resampleBytes } from "./resampling.js";

/** A function that makes the input tensor, [1, height, width, 3], of RGBA pixels {data, width, height}. */
export function inputMaker(contract) {
  const [mean, std] = [contract.mean, contract.std].map((values) => Float32Array.from(values));
  return ({ data, width, height }) => {
    const samples = resampleBytes(data, { width, height, stride: 4 }, contract, 3);
    if (contract.kind === "uint8") return samples;
    return Float32Array.from(samples, (sample, at) => Math.fround(sample - mean[at % 3]) / std[at % 3]);
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
