/** A photo as the page holds it: a canvas of the photo's own size, upright, and its name. */

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
