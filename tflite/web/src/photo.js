/** Photos from files and the camera: canvases of the photos' own size, upright. */

const WISHES = { video: { facingMode: "environment", width: { ideal: 960 } }, audio: false };
// The largest canvas that every current phone can hold.
const MOST_PIXELS = 16_000_000;

/** The picture {name, canvas} of an image file (a Blob); the error's message is for people. */
export async function openPicture(blob, name) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    const heic = /hei[cf]/i.test(blob.type) || /\.hei[cf]$/i.test(name);
    throw new Error(heic
      ? `This browser cannot open HEIC photos like ${name}. Save it as JPEG, or use Safari.`
      : `${name} is not a photo that this browser can open, or it is damaged. JPEG, PNG and WebP work.`);
  }
  const canvas = drawn(bitmap, sizeWithin(bitmap, MOST_PIXELS));
  bitmap.close();
  return { name, canvas };
}

/** A new canvas with a source (bitmap, canvas, video) drawn at the given size. */
export function drawn(source, { width, height }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  // Transparent pictures stand on white, as on paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** The largest size of the same shape with at most so many pixels, enlarged by a factor at most. */
export function sizeWithin({ width, height }, pixels, mostEnlarged = 1) {
  const factor = Math.min(mostEnlarged, Math.sqrt(pixels / (width * height)));
  return { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
}

/** Photos that are chosen, pasted, or dropped go to `onPhoto`, with a name; `onRefusal` hears of others. */
export function listenForPhotos({ input, button, area }, onPhoto, onRefusal) {
  const take = (files) => {
    const photo = [...files].find((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name));
    if (photo) onPhoto(photo, photo.name || "photo");
    else if (files.length) onRefusal(`${files[0].name} is not a photo.`);
  };
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files);
    // The same photo may be chosen twice in a row.
    input.value = "";
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
  const show = (dragging) => area.classList.toggle("dropping", dragging);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    show(true);
  });
  // Dragging on into another element has a relatedTarget, leaving the page has none.
  document.addEventListener("dragleave", ({ relatedTarget }) => show(Boolean(relatedTarget)));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    show(false);
    take(event.dataTransfer.files);
  });
}

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
