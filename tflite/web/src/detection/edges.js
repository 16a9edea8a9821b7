/** How blurred the edges of a photo are, in its own pixels: dbdgan_tf/sharpness/edges.py, which says why. */

import { resample, resampleBytes, roundHalfToEven } from "./resampling.js";

const [FINE, COARSE] = [0.6, 1.8];
const [FINE_VARIANCE, COARSE_VARIANCE] = [FINE ** 2 + 1 / 3, COARSE ** 2 + 1 / 3];
const [CELL, MARGIN, CELL_SHARE, LEAST_CELLS, MOST_CELLS] = [96, 8, 0.5, 4, 64];
const [LEAST_DETAIL, LAG] = [0.1, 2];
const [NOISE_FACTOR, LEAST_GRADIENT, BLOCK, QUIET_SHARE] = [7, 1, 16, 0.05];
const [TEXTURE_FACTOR, MOST_TEXTURE] = [5, 0.7];
const [DIRECTIONS, STRONG_SHARE, FAINT, LEAST_SHARE] = [8, 0.25, 0.3, 0.02];
const [LEAST_EDGES, LEAST_OF_A_DIRECTION, PRIOR, NARROWEST] = [60, 10, 0.1, 0.16];
const [HALVE_FROM, LARGEST_FACTOR, SMALLEST_SIDE] = [3, 8, 64];

/**
 * {variance, anisotropy} of the widest direction, px^2, and how many times wider it is than the narrowest;
 * null where there are too few edges. `grey` is the photo, bytes, and `focus` tells how much each place
 * matters, 0..1, at any smaller size. Planes are {data, width, height, stride: 1}.
 */
export function edgeBlur(grey, focus) {
  let [photo, factor, least, variance] = [grey, 1, -FINE_VARIANCE, NaN];
  const logs = [];
  for (;;) {
    const here = measure(photo, focus);
    if (here) {
      variance = Math.max(least, here.variance) * factor ** 2;
      logs.push(Math.log(here.anisotropy));
    }
    const halved = { width: photo.width >> 1, height: photo.height >> 1, stride: 1 };
    const clear = here && here.variance < HALVE_FROM;
    if (clear || factor === LARGEST_FACTOR || Math.min(halved.width, halved.height) < SMALLEST_SIDE) break;
    least = here ? HALVE_FROM / 4 : least / 4;
    photo = { ...halved, data: resampleBytes(photo.data, photo, halved, 1) };
    factor *= 2;
  }
  return logs.length ? { variance, anisotropy: Math.exp(mean(logs)) } : null;
}

function measure(grey, focus) {
  const points = edgePoints(bestCells(grey, focus));
  if (points.length < LEAST_EDGES) return null;
  const strong = (group) => quantile(group.map((point) => point.strength), 1 - STRONG_SHARE);
  const faint = FAINT * strong(points);
  const members = Array.from({ length: DIRECTIONS }, (_, direction) => {
    const group = points.filter((point) => point.direction === direction);
    const limit = Math.max(faint, strong(group));
    return group.filter(({ strength }) => strength >= limit);
  });
  const total = members.reduce((sum, group) => sum + group.length, 0);
  const least = Math.max(Math.min(LEAST_OF_A_DIRECTION, 0.1 * total), LEAST_SHARE * total);
  const weights = members.map(({ length }) => (length >= least ? length / total : 0));
  if (!weights.some(Boolean)) return null;
  const variances = members.map((group, at) => (
    weights[at] ? quantile(group.map(({ ratio }) => varianceOf(ratio)), 0.5) : 0
  ));
  return fit(variances, weights);
}

function bestCells(grey, focus) {
  const [width, height] = [grey.width, grey.height].map((side) => Math.max(1, Math.floor(side / CELL)));
  const grid = { width, height };
  const bends = bendsOf(grey);
  const found = resampleBytes(bends.data, bends, grid, 1);
  const quietest = Math.min(...found);
  const detail = resample(focus.data, focus, grid, 1).map((share, at) => share * (found[at] - quietest));
  const half = Math.max(roundHalfToEven(CELL_SHARE * detail.length), LEAST_CELLS);
  const best = [...detail.keys()].sort((one, other) => detail[other] - detail[one] || one - other)
    .slice(0, Math.min(half, MOST_CELLS));
  const enough = LEAST_DETAIL * mean(best.slice(0, LEAST_CELLS).map((at) => detail[at]));
  const kept = best.filter((at, rank) => rank < LEAST_CELLS || detail[at] >= enough);
  return stacked(grey, grid, kept);
}

function stacked({ data, width, height }, grid, cells) {
  const outer = (side, count) => (count > 1 ? Math.min(side, CELL) : side) + 2 * MARGIN;
  const [across, down] = [outer(width, grid.width), outer(height, grid.height)];
  const pixels = new Float32Array(cells.length * down * across);
  let to = 0;
  for (const cell of cells) {
    const top = Math.floor(Math.floor(cell / grid.width) * height / grid.height) - MARGIN;
    const left = Math.floor(cell % grid.width * width / grid.width) - MARGIN;
    for (let y = top; y < top + down; y++) {
      const line = mirrored(y, height) * width;
      for (let x = left; x < left + across; x++) pixels[to++] = data[line + mirrored(x, width)];
    }
  }
  return { data: pixels, width: across, height: cells.length * down, stride: 1, cellHeight: down };
}

function bendsOf({ data, width, height }) {
  if (Math.min(width, height) <= 2 * LAG) return { data: new Uint8Array(1), width: 1, height: 1, stride: 1 };
  const bends = { width: width - 2 * LAG, height: (height - 1) >> 2, stride: 1 };
  bends.data = new Uint8Array(bends.width * bends.height);
  for (let y = 0, to = 0; y < bends.height; y++) {
    for (let at = 4 * y * width; to < (y + 1) * bends.width; at++, to++) {
      const sum = data[at] + data[at + 2 * LAG * (width + 1)];
      bends.data[to] = Math.abs(data[at + LAG * (width + 1)] - (sum >> 1) - (sum & (sum >> 1) & 1));
    }
  }
  return bends;
}

/** Edge points: strength in grey levels a px, number of the direction, fine over coarse gradient. */
function edgePoints(cells) {
  const { width, height, cellHeight } = cells;
  const [fine, coarse] = [blurred(cells, FINE), blurred(cells, COARSE)];
  const across = filter(coarse, [-0.5, 0, 0.5], false).data;
  const down = filter(coarse, [-0.5, 0, 0.5], true).data;
  const values = across.map((x, at) => Math.sqrt(x * x + down[at] * down[at]));
  const least = leastGradient(cells);
  const points = [];
  for (let y = MARGIN; y < height; y += y % cellHeight === cellHeight - MARGIN - 1 ? 2 * MARGIN + 1 : 1) {
    for (let at = y * width + MARGIN; at < (y + 1) * width - MARGIN; at++) {
      const strength = values[at];
      if (strength <= least) continue;
      const [x, z] = [across[at] / strength, down[at] / strength];
      const step = roundHalfToEven(1.3 * z) * width + roundHalfToEven(1.3 * x);
      if (strength < values[at + step] || strength <= values[at - step]) continue;
      const gradient = (fine.data[at + 1] - fine.data[at - 1]) * x
        + (fine.data[at + width] - fine.data[at - width]) * z;
      const eighths = roundHalfToEven((Math.atan2(z, x) / Math.PI + 1) * DIRECTIONS);
      points.push({ strength, direction: eighths % DIRECTIONS, ratio: gradient / 2 / strength });
    }
  }
  const most = quantile(points.map(({ strength }) => strength), MOST_TEXTURE);
  const texture = Math.min(TEXTURE_FACTOR * quiet({ ...cells, data: values }), most);
  return points.filter(({ strength }) => strength >= texture);
}

function leastGradient(cells) {
  const grain = filter(filter(cells, [1, -2, 1], false), [1, -2, 1], true);
  const noise = quiet({ ...grain, data: grain.data.map(Math.abs) }) * Math.sqrt(Math.PI / 2) / 6;
  return LEAST_GRADIENT + NOISE_FACTOR * noise / (Math.sqrt(8 * Math.PI) * COARSE_VARIANCE);
}

function quiet(plane) {
  const [width, height] = [plane.width, plane.height].map((side) => Math.max(1, Math.floor(side / BLOCK)));
  return quantile(resample(plane.data, plane, { width, height }, 1), QUIET_SHARE);
}

function blurred(plane, sigma) {
  const reach = Math.round(8 * sigma + 1) >> 1;
  const places = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  const bell = places.map((place) => Math.exp(-(place ** 2) / 2 / sigma ** 2));
  const sum = bell.reduce((total, weight) => total + weight);
  const kernel = bell.map((weight) => weight / sum);
  return filter(filter(plane, kernel, false), kernel, true);
}

function filter(plane, kernel, isDown) {
  const { data, width, height } = plane;
  const reach = kernel.length >> 1;
  const [length, step] = isDown ? [height, width] : [width, 1];
  const span = { length: length + 2 * reach };
  const places = Int32Array.from(span, (_, at) => mirrored(at - reach, length) * step);
  const result = new Float32Array(data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const base = isDown ? x : y * width;
      const first = isDown ? y : x;
      let sum = 0;
      for (let tap = 0; tap < kernel.length; tap++) sum += kernel[tap] * data[base + places[first + tap]];
      result[at] = sum;
    }
  }
  return { ...plane, data: result };
}

function mirrored(place, length) {
  if (length === 1) return 0;
  let at = place;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * length - 2 - at;
  return at;
}

function varianceOf(ratio) {
  const squared = Math.max(ratio, 1.001) ** 2;
  return (COARSE_VARIANCE - squared * FINE_VARIANCE) / (squared - 1);
}

function fit(variances, weights) {
  const sums = [[0, 0, 0, 0], [0, PRIOR ** 2, 0, 0], [0, 0, PRIOR ** 2, 0]];
  weights.forEach((weight, at) => {
    const angle = 2 * Math.PI * at / DIRECTIONS;
    const wave = [1, Math.cos(angle), Math.sin(angle), variances[at]];
    sums.forEach((row, i) => wave.forEach((value, j) => { row[j] += weight * wave[i] * value; }));
  });
  sums.forEach((pivot, i) => sums.forEach((row, k) => {
    const share = k === i ? 0 : row[i] / pivot[i];
    row.forEach((_, j) => { row[j] -= share * pivot[j]; });
  }));
  const [middle, a, b] = sums.map((row, i) => row[3] / row[i]);
  const swing = Math.hypot(a, b);
  const variance = Math.max(middle + swing, -FINE_VARIANCE);
  const anisotropy = Math.sqrt(Math.max(1, (middle + swing) / Math.max(middle - swing, NARROWEST)));
  return { variance, anisotropy };
}

function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const place = share * Math.max(sorted.length - 1, 0);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted.length ? sorted[low] + (place - low) * (sorted[high] - sorted[low]) : 0;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
