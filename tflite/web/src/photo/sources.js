/**
 * Where photos come from: chosen by `button` and `input`, pasted, dropped on `area`. `onPhoto` gets
 * each photo (a Blob) and its name, `onRefusal` a message for people.
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
