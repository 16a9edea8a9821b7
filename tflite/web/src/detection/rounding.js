/** Rounds as NumPy and OpenCV do: a half goes to the even neighbour. */
export function roundHalfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
