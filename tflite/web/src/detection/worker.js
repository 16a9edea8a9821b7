/** The worker: holds the model and answers one photo after the other, off the page's thread. */

import { downloadModel } from "./model_download.js";
import { isPanorama, lookAlong } from "./panorama.js";
import { openRuntime } from "./runtime.js";
import { scorePhoto } from "./sharpness.js";
import { inputMaker, readMap } from "./tensors.js";

let detect = null;

self.addEventListener("message", async ({ data: request, ports: [port] }) => {
  try {
    const answer = await (request.bitmap ? detect(request) : open(request));
    port.postMessage({ answer }, answer.map ? [answer.map.buffer] : []);
  } catch (error) {
    port.postMessage({ error: error?.message ?? String(error) });
  }
});

async function open({ modelFolder, liteRtFolder }) {
  const { contract, model } = await downloadModel(modelFolder, (share) => self.postMessage(share));
  const runtime = await openRuntime(model, liteRtFolder, contract);
  const prepare = inputMaker(contract);
  detect = (request) => detectIn(request, { contract, runtime, prepare });
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const runtimeFiles = [...new Set(loaded.filter((name) => name.startsWith(liteRtFolder)))];
  return { contract, label: runtime.label, runtimeFiles };
}

async function detectIn({ bitmap, score }, { contract, runtime, prepare }) {
  const pixels = readPixels(bitmap);
  const { width, height } = contract;
  let milliseconds = 0;
  const look = async (picture) => {
    const tensor = prepare(picture);
    const start = performance.now();
    const stored = await runtime.run(tensor);
    milliseconds += performance.now() - start;
    return { map: readMap(stored, contract), width, height };
  };
  const found = await (isPanorama(pixels) ? lookAlong(pixels, contract, look) : look(pixels));
  return { ...found, milliseconds, score: score ? scorePhoto(pixels, found) : null };
}

function readPixels(bitmap) {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
