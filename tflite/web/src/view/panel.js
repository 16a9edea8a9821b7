/** The panel: reads view and threshold, shows figures and messages; knows nothing about photos. */
export class Panel {
  constructor(elements, onChange) {
    this.elements = elements;
    const changed = () => {
      this.#explain();
      onChange();
    };
    elements.kinds.addEventListener("change", changed);
    elements.threshold.addEventListener("input", changed);
    this.#explain();
  }

  get kind() {
    return this.#checked.value;
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

  get #checked() {
    return this.elements.kinds.querySelector("input:checked");
  }

  #explain() {
    const { explanation, download, threshold, result } = this.elements;
    const thresholdText = `${threshold.value} %`;
    explanation.textContent = this.#checked.dataset.explanation;
    download.textContent = `Download ${this.kind}`;
    this.elements["threshold-value"].textContent = thresholdText;
    threshold.setAttribute("aria-valuetext", thresholdText);
    this.elements["result-tag"].textContent = this.#checked.nextElementSibling.textContent;
    result.setAttribute("aria-label", `The blur ${this.kind} of the photo`);
  }
}
