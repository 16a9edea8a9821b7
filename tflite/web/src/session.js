/** One visit: photos go in, their maps are shown; the newest photo wins. */

import { closeCamera, drawn, openCamera, openPicture } from "./photo.js";
import { saveResult } from "./view/stage.js";

export class Session {
  /** True from the request for the camera on, also while the person is being asked. */
  live = false;
  current = null;
  #video = null;
  #turn = 0;

  /** `openDetector("photo" or "camera")` promises a detector; `onState` hears "empty", "photo" or "live". */
  constructor({ openDetector, stage, panel, onState }) {
    Object.assign(this, { openDetector, stage, panel, onState });
  }

  async openPhoto(blob, name) {
    this.stopCamera();
    const turn = this.#turn;
    await this.#guarded(async () => {
      this.panel.say("Looking at the photo…");
      const picture = await openPicture(blob, name);
      const map = await this.#detect("photo", picture.canvas, true);
      if (turn === this.#turn) this.#show(picture, map, "photo");
    });
    if (turn === this.#turn) this.panel.say("");
  }

  async toggleCamera() {
    const starts = !this.live;
    this.stopCamera();
    if (!starts) return;
    const turn = this.#turn;
    this.live = true;
    await this.#guarded(() => this.#watch(() => turn === this.#turn));
    if (turn === this.#turn) this.stopCamera();
  }

  stopCamera() {
    this.#turn++;
    this.live = false;
    closeCamera(this.#video);
    this.#video = null;
    this.onState(this.current ? "photo" : "empty");
  }

  repaint() {
    if (!this.current) return;
    const { kind, threshold } = this.panel;
    this.panel.showFigures(this.stage.repaint(kind, threshold), this.current.map);
  }

  async save() {
    const { picture, map } = this.current;
    await this.#guarded(async () => {
      this.panel.say("Writing the picture…");
      const name = await saveResult(picture, map, this.panel.kind, this.panel.threshold);
      this.panel.say(`${name} is in your downloads.`);
    });
  }

  async #watch(isCurrent) {
    try {
      const video = await openCamera();
      if (!isCurrent()) return closeCamera(video);
      this.#video = video;
      await video.play();
      while (isCurrent()) {
        await this.#showFrame(video, isCurrent);
        await new Promise(requestAnimationFrame);
      }
    } catch (error) {
      if (isCurrent()) throw error;
    }
  }

  async #showFrame(video, isCurrent) {
    const size = { width: video.videoWidth, height: video.videoHeight };
    if (!size.width) return;
    const picture = { name: "camera", canvas: drawn(video, size) };
    const map = await this.#detect("camera", picture.canvas, false);
    if (isCurrent()) this.#show(picture, map, "live");
  }

  async #detect(model, canvas, score) {
    const detector = await this.openDetector(model);
    return detector.detect(await createImageBitmap(canvas), score);
  }

  #show(picture, map, state) {
    this.current = { picture, map };
    this.stage.show(picture.canvas, map);
    this.repaint();
    this.onState(state);
  }

  async #guarded(action) {
    this.panel.complain();
    try {
      await action();
    } catch (error) {
      this.panel.say("");
      this.panel.complain(error.message);
    }
  }
}
