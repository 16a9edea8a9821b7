/** The webcam. */

const WISHES = { video: { facingMode: "environment", width: { ideal: 960 } }, audio: false };

/** A video element of the camera, not yet playing; an error's message is for people. */
export async function openCamera() {
  if (!navigator.mediaDevices) throw new Error("The camera needs a secure page (https or localhost).");
  try {
    const srcObject = await navigator.mediaDevices.getUserMedia(WISHES);
    return Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject });
  } catch (error) {
    const denied = error.name === "NotAllowedError";
    throw new Error(denied ? "The camera was not allowed." : "No camera can be used here.", { cause: error });
  }
}

export function closeCamera(video) {
  video?.srcObject.getTracks().forEach((track) => track.stop());
}
