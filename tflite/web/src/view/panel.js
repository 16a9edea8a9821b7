/** The panel: view, threshold, figures, messages. */

import { KINDS } from "./painting.js";

const EXPLANATIONS = {
  map: "White is out of focus, black is in focus.",
  overlay: "Veiled is out of focus; a line surrounds what is in focus.",
  mask: "White counts as blurred at the threshold below.",
};

/** Reads the page's controls and shows its figures; knows nothing about photos. */
export class Panel {
  /** @param {object} elements By id; @param {function} onChange Called when the view or threshold changes. */
  constructor(elements, onChange) {
    this.elements = elements;
    const { kinds, threshold } = elements;
    kinds.addEventListener("change", () => this.#changed(onChange));
    threshold.addEventListener("input", () => this.#changed(onChange));
    this.#explain();
  }

  get kind() {
    const { value } = this.elements.kinds.querySelector("input:checked");
    return KINDS.includes(value) ? value : KINDS[0];
  }

  /** 0..1 */
  get threshold() {
    return this.elements.threshold.valueAsNumber / 100;
  }

  /** Shows the share in focus, 0..1, and what else the detector told. */
  showFigures(inFocus, { milliseconds, score }) {
    const { share, sharpness, edges, blur, time } = this.elements;
    const told = (text) => (score ? score.edgePx === null ? "?" : text() : "–");
    share.textContent = `${Math.round(inFocus * 100)} %`;
    sharpness.textContent = told(() => score.sharpness.toFixed(2));
    edges.textContent = told(() => `${score.edgePx.toFixed(1)} px`);
    blur.textContent = told(() => score.blur);
    time.textContent = `${milliseconds < 9.5 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  }

  say(text) {
    this.elements.status.textContent = text;
  }

  /** Shows what went wrong; without a text, takes it away. */
  complain(text = "") {
    this.elements.problem.textContent = text;
  }

  showProgress(share) {
    this.elements.progress.value = share;
    this.elements.progress.hidden = share === null;
  }

  #changed(onChange) {
    this.#explain();
    onChange();
  }

  #explain() {
    const { explanation, download } = this.elements;
    const thresholdText = `${this.elements.threshold.value} %`;
    explanation.textContent = EXPLANATIONS[this.kind];
    download.textContent = `Download ${this.kind}`;
    this.elements["threshold-value"].textContent = thresholdText;
    this.elements.threshold.setAttribute("aria-valuetext", thresholdText);
    this.elements["result-tag"].textContent = this.kind[0].toUpperCase() + this.kind.slice(1);
    this.elements.result.setAttribute("aria-label", `The blur ${this.kind} of the photo`);
  }
}
