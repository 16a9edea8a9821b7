/** Colours for probabilities: inferno (dark: in focus, bright: blurred), from 9 of its colours. */

const STOPS = [
  [0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85],
  [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164],
];

/** 256 x 3 bytes. */
export const INFERNO = Uint8Array.from({ length: 256 * 3 }, (_, at) => {
  const place = Math.floor(at / 3) / 255 * (STOPS.length - 1);
  const left = Math.min(Math.floor(place), STOPS.length - 2);
  const [from, to] = [STOPS[left][at % 3], STOPS[left + 1][at % 3]];
  return Math.round(from + (place - left) * (to - from));
});

/** Outline of the in-focus area. */
export const OUTLINE = [64, 255, 96];
