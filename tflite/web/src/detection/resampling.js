/**
 * Resizing as the Python library does it with OpenCV: area averaging where no side grows, else bilinear with
 * half-pixel centres. Sizes are {width, height}, px; `from.stride` tells the samples of a source pixel.
 */

// Weights of bytes are fixed-point numbers.
const ONE = 2048;

/** Float32Array of to.height x to.width x channels samples, not rounded; the first channels are kept. */
export function resample(source, from, to, channels) {
  const tapsOf = shrinks(from, to) ? areaTaps : linearTaps;
  const rowLength = to.width * channels;
  const lines = narrowed(source, from, axis(from.width, to.width, tapsOf), channels);
  const target = new Float32Array(to.height * rowLength);
  axis(from.height, to.height, tapsOf).forEach(({ places, weights }, y) => places.forEach((place, tap) => {
    const line = place * rowLength;
    for (let x = 0; x < rowLength; x++) target[y * rowLength + x] += weights[tap] * lines[line + x];
  }));
  return target;
}

function narrowed(source, { width, height, stride }, columns, channels) {
  const lines = new Float32Array(height * columns.length * channels);
  for (let y = 0, next = 0; y < height; y++) {
    for (const { places, weights } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const base = y * width * stride + channel;
        let sum = 0;
        for (let at = 0; at < places.length; at++) sum += weights[at] * source[base + places[at] * stride];
        lines[next++] = sum;
      }
    }
  }
  return lines;
}

function shrinks(from, to) {
  return from.width >= to.width && from.height >= to.height;
}

/** The source samples {places, weights} that make each target sample of an axis. */
function axis(from, to, tapsOf) {
  return Array.from({ length: to }, (_, index) => tapsOf(index, from, to));
}

function areaTaps(index, from, to) {
  // Products before quotients: whole borders stay whole.
  const [begin, end] = [index * from / to, (index + 1) * from / to];
  const first = Math.floor(begin);
  const length = Math.min(from, Math.ceil(end)) - first;
  const places = Array.from({ length }, (_, offset) => first + offset);
  const covered = (place) => (Math.min(end, place + 1) - Math.max(begin, place)) / (end - begin);
  return { places, weights: Float32Array.from(places, covered) };
}

function linearTaps(index, from, to) {
  return pair(Math.min(Math.max((index + 0.5) * from / to - 0.5, 0), from - 1), from);
}

function pair(centre, from) {
  const first = Math.floor(centre);
  const places = [Math.max(first, 0), Math.min(first + 1, from - 1)];
  return { places, weights: Float32Array.of(1 - centre + first, centre - first) };
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

function mixed(source, { width, height, stride }, to, channels) {
  // Beyond the border a column gives its share up; a line keeps it: that of the border line twice.
  const openTaps = (index, size, length) => pair((index + 0.5) * size / length - 0.5, size);
  const fixed = (taps) => ({ ...taps, weights: taps.weights.map((share) => roundHalfToEven(share * ONE)) });
  const columns = axis(width, to.width, linearTaps).map(fixed);
  const target = new Uint8Array(to.height * to.width * channels);
  let next = 0;
  for (const row of axis(height, to.height, openTaps).map(fixed)) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++) {
        const [upper, lower] = row.places.map((y, side) => {
          const [left, right] = column.places.map((x) => source[(y * width + x) * stride + channel]);
          return (((left * column.weights[0] + right * column.weights[1]) >> 4) * row.weights[side]) >> 16;
        });
        target[next++] = (upper + lower + 2) >> 2;
      }
    }
  }
  return target;
}
