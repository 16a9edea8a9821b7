/** The stage: the photo and the result on top of each other, with a slider between them. */

import { drawn, sizeWithin } from "../photo/picture.js";
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

  /** Shows a canvas and the map that belongs to it. */
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
