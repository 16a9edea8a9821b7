/** The page: connects the parts. */

import { openDetector } from "./detection/detector.js";
import { listenForPhotos } from "./photo.js";
import { Session } from "./session.js";
import { Panel } from "./view/panel.js";
import { Stage } from "./view/stage.js";

const elements = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const panel = new Panel(elements, () => session.repaint());
const detector = openDetector({ onProgress: (share) => panel.showProgress(share) });
const session = new Session({ detector, stage: new Stage(elements), panel, onState: showState });

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
await finishLoading();

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

async function finishLoading() {
  try {
    const { contract, label, runtimeFiles } = await detector.finally(() => {
      panel.showProgress(null);
      panel.say("");
    });
    elements.app.dataset.ready = label;
    showFacts(contract, label, false);
    const kept = await keepForOffline(runtimeFiles).catch(() => false);
    elements.app.dataset.offline = String(kept);
    showFacts(contract, label, kept);
  } catch (error) {
    panel.complain(error.message);
  }
}

function showFacts(contract, label, kept) {
  elements.facts.textContent = [
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
