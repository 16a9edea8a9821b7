/** The webcam as an endless row of pictures. */

const WISHES = { video: { facingMode: "environment", width: { ideal: 960 } }, audio: false };

/** Hands every camera frame, one at a time, to a function, as fast as that function takes them. */
export class Camera {
  #turn = 0;
  #stream = null;

  /** True from the request for the camera on, also while the person is being asked. */
  running = false;

  /**
   * Resolves once the camera was stopped or started anew, also while the person was still being asked.
   *
   * @param {function(HTMLVideoElement): Promise} onFrame Called again when its promise is done.
   * @throws {Error} If there is no camera or it may not be used; the message is for people.
   */
  async start(onFrame) {
    this.stop();
    const turn = this.#turn;
    this.running = true;
    try {
      await this.#play(onFrame, () => turn === this.#turn);
    } catch (error) {
      if (turn === this.#turn) throw error;
    }
  }

  stop() {
    this.#turn++;
    this.running = false;
    release(this.#stream);
    this.#stream = null;
  }

  async #play(onFrame, current) {
    const stream = await askForStream();
    if (!current()) return release(stream);
    this.#stream = stream;
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    await video.play();
    while (current()) {
      await onFrame(video);
      await new Promise(requestAnimationFrame);
    }
    return undefined;
  }
}

function release(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

async function askForStream() {
  if (!navigator.mediaDevices) throw new Error("The camera needs a secure page (https or localhost).");
  try {
    return await navigator.mediaDevices.getUserMedia(WISHES);
  } catch (error) {
    const denied = error.name === "NotAllowedError";
    throw new Error(denied ? "The camera was not allowed." : "No camera can be used here.", { cause: error });
  }
}
