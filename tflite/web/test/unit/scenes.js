/** The pictures of tflite/golden/scenes.py, drawn by the same formula. */

export function draw({ width, height, blurs, noise = 0 }) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const column = blurs.findLastIndex((_, index) => x >= Math.floor(width * index / blurs.length));
      const raised = blurredLevel(x, y, ...blurs[column]) + hash(x, y, 3) % (2 * noise + 1) - noise;
      const level = Math.min(255, Math.max(0, raised));
      data.set([level, level * 3 >> 2, 255 - level, 255], at);
    }
  }
  return { data, width, height };
}

function blurredLevel(x, y, across, down) {
  if (!across || !down) return 128;
  let total = 0;
  for (let v = 2 * y; v < 2 * (y + down); v++) {
    for (let u = 2 * x; u < 2 * (x + across); u++) {
      total += hash(u >> 5, v >> 5, 0) + hash((u + v) >> 6, (v - u) >> 6, 2)
        + hash((7 * u + 3 * v) >> 8, (7 * v - 3 * u) >> 8, 1);
    }
  }
  return Math.floor(total / (12 * across * down));
}

function hash(x, y, salt) {
  const sum = Math.imul(x, 374761393) + Math.imul(y, 668265263) + Math.imul(salt, 974634721);
  const mixed = Math.imul(sum ^ (sum >>> 13), 1274126177);
  return (mixed ^ (mixed >>> 16)) & 255;
}
