/** The page: connects the parts. */

import { openDetector } from "./detection/detector.js";
import { listenForPhotos } from "./photo.js";
import { Session } from "./session.js";
import { Panel } from "./view/panel.js";
import { Stage } from "./view/stage.js";

const elements = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const panel = new Panel(elements, () => session.repaint());
// Promises: of "photo" from the start, of "camera" from its first frame on.
const detectors = {};
const stage = new Stage(elements);
const session = new Session({ openDetector: detectorOf, stage, panel, onState: showState });

listenForPhotos(
  { input: elements.file, button: elements.choose, area: elements.stage },
  (blob, name) => session.openPhoto(blob, name),
  (message) => panel.complain(message),
);
elements.camera.addEventListener("click", () => {
  session.toggleCamera();
  showCameraButton(session.live);
});
elements.download.addEventListener("click", () => session.save());
elements.example.addEventListener("click", async () => {
  const response = await fetch("example.jpg");
  await session.openPhoto(await response.blob(), "example.jpg");
  elements.split.focus();
});
await detectorOf("photo").then(
  ({ label }) => { elements.app.dataset.ready = label; },
  (error) => panel.complain(error.message),
);

function showState(state) {
  elements.app.dataset.state = state;
  const empty = state === "empty";
  elements.welcome.hidden = !empty;
  elements.frame.hidden = empty;
  elements.settings.disabled = empty;
  showCameraButton(state === "live");
}

function showCameraButton(live) {
  elements.camera.textContent = live ? "Freeze" : "Camera";
  elements.camera.setAttribute("aria-pressed", String(live));
}

/** What failed to load is tried again the next time. */
function detectorOf(model) {
  detectors[model] ??= load(model).catch((error) => {
    detectors[model] = null;
    throw error;
  });
  return detectors[model];
}

async function load(model) {
  panel.say("Loading the model…");
  const onProgress = (share) => panel.showProgress(share);
  const detector = await openDetector({ model, onProgress }).finally(() => {
    panel.showProgress(null);
    panel.say("");
  });
  showFacts(model, detector, false);
  keepForOffline(detector.runtimeFiles).catch(() => false).then((kept) => {
    elements.app.dataset.offline = String(kept);
    showFacts(model, detector, kept);
  });
  return detector;
}

function showFacts(model, { contract, label }, kept) {
  elements[`${model}-facts`].textContent = [
    model === "camera" && "Camera",
    `${contract.name}, ${contract.variant}, ${(contract.bytes / 1e6).toFixed(1)} MB`,
    label,
    contract.placeholder && "weights for demonstration only",
    kept && "works offline now",
  ].filter(Boolean).join(" · ");
}

/** Makes the page work without a network: true once it and LiteRT's files are stored, false if that fails. */
async function keepForOffline(runtimeFiles) {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("service_worker.js");
  await navigator.serviceWorker.ready;
  const cache = await caches.open("dbdgan-runtime");
  const stored = (await cache.keys()).map((request) => request.url);
  await cache.addAll(runtimeFiles.filter((url) => !stored.includes(url)));
  // Those of older versions go.
  const folder = new URL(".", runtimeFiles[0]).href;
  await Promise.all(stored.filter((url) => !url.startsWith(folder)).map((url) => cache.delete(url)));
  return true;
}
