/** Saves a result at the photo's own size as PNG. */

import { mapAt, paint } from "./painting.js";

/**
 * @param {{name: string, canvas: HTMLCanvasElement}} picture The photo.
 * @param {object} map Its map.
 * @param {string} kind What to save, as in `paint`.
 * @param {number} threshold 0..1.
 * @returns {Promise<string>} The file's name.
 */
export async function saveResult(picture, map, kind, threshold) {
  const { width, height } = picture.canvas;
  const photo = picture.canvas.getContext("2d").getImageData(0, 0, width, height);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(paint(kind, photo, mapAt(map, { width, height }), threshold), 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("The browser could not write the picture; it may be out of memory.");
  const name = `${picture.name.replace(/\.[^.]*$/, "")}_${kind}.png`;
  offer(blob, name);
  return name;
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
