/** Saves a result at the photo's own size as PNG. */

import { mapAt, paint, show } from "./painting.js";

/** Offers what `paint` makes of a picture {name, canvas} and its map as a download; gives the file's name. */
export async function saveResult(picture, map, kind, threshold) {
  const { width, height } = picture.canvas;
  const photo = picture.canvas.getContext("2d").getImageData(0, 0, width, height);
  const canvas = document.createElement("canvas");
  show(canvas, paint(kind, photo, mapAt(map, { width, height }), threshold));
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("The browser could not write the picture; it may be out of memory.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${picture.name.replace(/\.[^.]*$/, "")}_${kind}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return link.download;
}
