/**
 * Resizing as the Python library does it with OpenCV: area averaging where no side grows, else bilinear with
 * half-pixel centres. Sizes are {width, height}, px; `from.stride` tells the samples of a source pixel.
 */

// Weights of bytes are fixed-point numbers.
const ONE = 2048;

/** Float32Array of to.height x to.width x channels samples, not rounded; the first channels are kept. */
export function resample(source, from, to, channels) {
  const tapsOf = shrinks(from, to) ? areaTaps : linearTaps;
  const axis = (size, length) => Array.from({ length }, (_, index) => tapsOf(index, size, length));
  const rowLength = to.width * channels;
  const lines = narrowed(source, from, axis(from.width, to.width), channels);
  const target = new Float32Array(to.height * rowLength);
  axis(from.height, to.height).forEach(({ first, weights }, y) => weights.forEach((weight, tap) => {
    const line = (first + tap) * rowLength;
    for (let x = 0; x < rowLength; x++) target[y * rowLength + x] += weight * lines[line + x];
  }));
  return target;
}

function narrowed(source, { width, height, stride }, columns, channels) {
  const lines = new Float32Array(height * columns.length * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < channels; channel++, at++) {
        const start = (y * width + first) * stride + channel;
        let sum = 0;
        for (let tap = 0; tap < weights.length; tap++) sum += weights[tap] * source[start + tap * stride];
        lines[at] = sum;
      }
    }
  }
  return lines;
}

function shrinks(from, to) {
  return from.width >= to.width && from.height >= to.height;
}

/** The first source sample, and the weights from there on, that make one target sample of an axis. */
function areaTaps(index, from, to) {
  // Products before quotients: whole borders stay whole.
  const [begin, end] = [index * from / to, (index + 1) * from / to];
  const first = Math.floor(begin);
  const length = Math.min(from, Math.ceil(end)) - first;
  const weights = Float32Array.from({ length }, (_, offset) => {
    const covered = Math.min(end, first + offset + 1) - Math.max(begin, first + offset);
    return covered / (end - begin);
  });
  return { first, weights };
}

function linearTaps(index, from, to) {
  const centre = Math.min(Math.max((index + 0.5) * from / to - 0.5, 0), from - 1);
  const first = Math.min(Math.floor(centre), Math.max(from - 2, 0));
  const share = centre - first;
  return { first, weights: from === 1 ? Float32Array.of(1) : Float32Array.of(1 - share, share) };
}

/**
 * As `resample`, but from bytes to bytes with OpenCV's arithmetic: averages are rounded, the last bits of
 * mixtures cut off. A network can tell the difference.
 */
export function resampleBytes(source, from, to, channels) {
  if (!shrinks(from, to)) return mixed(source, from, to, channels);
  const halved = from.width === 2 * to.width && from.height === 2 * to.height;
  return new Uint8Array(resample(source, from, to, channels).map(halved ? Math.round : roundHalfToEven));
}

export function roundHalfToEven(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 ? nearest - 1 : nearest;
}

function mixed(source, from, to, channels) {
  const columns = pairs(from.width, to.width, true);
  const target = new Uint8Array(to.height * to.width * channels);
  let at = 0;
  for (const row of pairs(from.height, to.height, false)) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++, at++) {
        const [upper, lower] = [row.first, row.second].map((y) => {
          const [first, second] = [column.first, column.second]
            .map((x) => source[(y * from.width + x) * from.stride + channel]);
          return (first * column.firstWeight + second * column.secondWeight) >> 4;
        });
        target[at] = (((upper * row.firstWeight) >> 16) + ((lower * row.secondWeight) >> 16) + 2) >> 2;
      }
    }
  }
  return target;
}

/**
 * The two samples, and their weights, that make each target sample of one axis. Beyond the border a column
 * gives its share up; a line keeps it: that of the border line twice.
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
