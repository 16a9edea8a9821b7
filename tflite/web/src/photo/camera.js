/** The webcam as an endless row of pictures. */

const WISHES = { video: { facingMode: "environment", width: { ideal: 960 } }, audio: false };

/** Hands every camera frame, one at a time, to a function, as fast as that function takes them. */
export class Camera {
  constructor() {
    this.video = null;
  }

  get running() {
    return this.video !== null;
  }

  /**
   * @param {function(HTMLVideoElement): Promise} onFrame Called again when its promise is done.
   * @throws {Error} If there is no camera or it may not be used; the message is for people.
   */
  async start(onFrame) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: await askForStream() });
    this.video = video;
    await video.play();
    while (this.video === video) {
      await onFrame(video);
      await new Promise(requestAnimationFrame);
    }
  }

  stop() {
    this.video?.srcObject.getTracks().forEach((track) => track.stop());
    this.video = null;
  }
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
