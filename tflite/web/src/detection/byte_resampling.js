/**
 * Resizing bytes with OpenCV's arithmetic: averages are rounded, mixtures of two samples are fixed-point
 * numbers whose last bits are cut off. A network can tell the difference.
 */

import { areaTaps, axisTaps, linearTaps, resample, ruleFor } from "./resampling.js";

const ONE = 2048;

/** As `resample`, but from bytes to bytes. */
export function resampleBytes(source, from, to, channels) {
  const rule = ruleFor(from, to);
  if (rule === areaTaps) return rounded(resample(source, from, to, channels));
  return mixed(source, from, to, channels);
}

function rounded(samples) {
  const bytes = new Uint8Array(samples.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = roundHalfToEven(samples[at]);
  return bytes;
}

function mixed(source, from, to, channels) {
  const columns = pairs(from.width, to.width, linearTaps);
  const rows = pairs(from.height, to.height, openLinearTaps);
  const target = new Uint8Array(to.height * to.width * channels);
  const lineLength = from.width * from.stride;
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++, at++) {
        const upper = mixture(source, row.first * lineLength + channel, column, from.stride);
        const lower = mixture(source, row.second * lineLength + channel, column, from.stride);
        target[at] = (part(upper, row.firstWeight) + part(lower, row.secondWeight) + 2) >> 2;
      }
    }
  }
  return target;
}

function mixture(source, base, { first, second, firstWeight, secondWeight }, stride) {
  return source[base + first * stride] * firstWeight + source[base + second * stride] * secondWeight;
}

function part(sum, weight) {
  return ((sum >> 4) * weight) >> 16;
}

/** As `linearTaps`, but a line beyond the border keeps its share: that of the border line twice. */
function openLinearTaps(index, from, to) {
  const centre = (index + 0.5) * from / to - 0.5;
  const share = centre - Math.floor(centre);
  return [Math.floor(centre), Float32Array.of(1 - share, share)];
}

/** The two samples, and their weights in 1/2048, that make each target sample of one axis. */
function pairs(from, to, rule) {
  const { starts, weights } = axisTaps(from, to, rule);
  return weights.map(([firstWeight, secondWeight = 0], index) => ({
    first: Math.max(starts[index], 0),
    second: Math.min(starts[index] + 1, from - 1),
    firstWeight: roundHalfToEven(firstWeight * ONE),
    secondWeight: roundHalfToEven(secondWeight * ONE),
  }));
}

function roundHalfToEven(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 ? nearest - 1 : nearest;
}
