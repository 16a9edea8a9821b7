/**
 * Resizing as the Python library does it with OpenCV: area averaging where no side grows, else bilinear with
 * half-pixel centres.
 */

/**
 * @param {ArrayLike<number>} source Interleaved samples, rows from the top.
 * @param {{width: number, height: number, stride: number}} from Its size, px, and samples per pixel.
 * @param {{width: number, height: number}} to The wanted size, px.
 * @param {number} channels How many of the samples of a pixel to keep.
 * @returns {Float32Array} to.height x to.width x channels samples, not rounded.
 */
export function resample(source, from, to, channels) {
  const tapsOf = ruleFor(from, to);
  const columns = axisTaps(from.width, to.width, tapsOf);
  const rows = axisTaps(from.height, to.height, tapsOf);
  const rowLength = to.width * channels;
  const target = new Float32Array(to.height * rowLength);
  const lines = new LineCache((y, line) => {
    reduceLine(source, y * from.width * from.stride, from.stride, columns, channels, line);
  }, rowLength);
  for (let y = 0; y < to.height; y++) {
    const base = y * rowLength;
    for (let tap = 0; tap < rows.weights[y].length; tap++) {
      const line = lines.get(rows.starts[y] + tap);
      const weight = rows.weights[y][tap];
      for (let x = 0; x < rowLength; x++) target[base + x] += weight * line[x];
    }
  }
  return target;
}

/** The rule, one for both axes. */
export function ruleFor(from, to) {
  return from.width >= to.width && from.height >= to.height ? areaTaps : linearTaps;
}

/** The source samples, and their weights, that make each target sample of one axis. */
export function axisTaps(from, to, tapsOf) {
  const starts = new Int32Array(to);
  const weights = new Array(to);
  for (let index = 0; index < to; index++) [starts[index], weights[index]] = tapsOf(index, from, to);
  return { starts, weights };
}

export function areaTaps(index, from, to) {
  // Products before quotients: whole borders stay whole.
  const begin = index * from / to;
  const end = (index + 1) * from / to;
  const first = Math.floor(begin);
  const last = Math.min(from, Math.ceil(end));
  const weights = Float32Array.from({ length: last - first }, (_, offset) => {
    const covered = Math.min(end, first + offset + 1) - Math.max(begin, first + offset);
    return covered / (end - begin);
  });
  return [first, weights];
}

export function linearTaps(index, from, to) {
  const centre = Math.min(Math.max((index + 0.5) * from / to - 0.5, 0), from - 1);
  const first = Math.min(Math.floor(centre), Math.max(from - 2, 0));
  const share = centre - first;
  return [first, from === 1 ? Float32Array.of(1) : Float32Array.of(1 - share, share)];
}

function reduceLine(source, base, stride, columns, channels, line) {
  for (let x = 0, at = 0; x < columns.weights.length; x++) {
    const weights = columns.weights[x];
    const start = base + columns.starts[x] * stride;
    for (let channel = 0; channel < channels; channel++, at++) {
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) {
        sum += weights[tap] * source[start + tap * stride + channel];
      }
      line[at] = sum;
    }
  }
}

/** The last two reduced lines: neighbours in the target share them. */
class LineCache {
  constructor(fill, length) {
    this.fill = fill;
    this.slots = [0, 1].map(() => ({ y: -1, line: new Float32Array(length) }));
  }

  get(y) {
    const slot = this.slots[y % 2];
    if (slot.y !== y) {
      this.fill(y, slot.line);
      slot.y = y;
    }
    return slot.line;
  }
}
