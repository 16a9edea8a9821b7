/** The stage: the photo and the result on top of each other, with a slider between them. */

import { drawn, sizeWithin } from "../photo.js";
import { inFocusShare, mapAt, paint, show } from "./painting.js";

// More pixels than a phone shows, few enough to repaint while a slider moves.
const SHOWN_PIXELS = 800_000;
// Small photos are enlarged, so that the outline is a fine line on them too.
const MOST_ENLARGED = 2;

export class Stage {
  constructor(elements) {
    this.elements = elements;
    this.shown = null;
    elements.split.addEventListener("input", () => this.#moveSplit());
    this.#moveSplit();
  }

  show(canvas, map) {
    const small = drawn(canvas, sizeWithin(canvas, SHOWN_PIXELS, MOST_ENLARGED));
    const { width, height } = small;
    const pixels = small.getContext("2d").getImageData(0, 0, width, height);
    this.shown = { pixels, plane: mapAt(map, { width, height }) };
    this.elements.frame.style.setProperty("--ratio", width / height);
    show(this.elements.photo, pixels);
  }

  /** Paints the result anew; gives the in-focus share, 0..1, at this threshold. */
  repaint(kind, threshold) {
    const { pixels, plane } = this.shown;
    show(this.elements.result, paint(kind, pixels, plane, threshold));
    return inFocusShare(plane, threshold);
  }

  #moveSplit() {
    const { frame, split } = this.elements;
    frame.style.setProperty("--split", `${split.value}%`);
    split.setAttribute("aria-valuetext", `photo on the left ${split.value} percent`);
  }
}

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
