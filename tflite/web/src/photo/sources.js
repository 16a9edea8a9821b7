/** Where photos come from: chosen, dropped, pasted. */

/**
 * @param {object} elements `input` (file), `button` that opens it, `area` that shows where to drop.
 * @param {function(Blob, string)} onPhoto Called with each photo and its name.
 * @param {function(string)} onRefusal Called with a message for people.
 */
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
  listenForDrops(area, take);
}

function listenForDrops(area, take) {
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    area.classList.toggle("dropping", depth > 0);
  };
  document.addEventListener("dragenter", () => show(1));
  document.addEventListener("dragleave", () => show(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    show(-depth);
    take(event.dataTransfer.files);
  });
}
