/** The worker: holds the model and answers one photo after the other, off the page's thread. */

import { isPanorama, lookAlong } from "./panorama.js";
import { openRuntime } from "./runtime.js";
import { scorePhoto } from "./sharpness.js";
import { inputMaker, readMap } from "./tensors.js";

let opened = null;

self.addEventListener("message", async ({ data: request, ports: [port] }) => {
  try {
    const answer = await (request.bitmap ? detect(request, opened) : open(request));
    port.postMessage({ answer }, answer.map ? [answer.map.buffer] : []);
  } catch (error) {
    port.postMessage({ error: error?.message ?? String(error) });
  }
});

async function open({ contractAddress, liteRtFolder }) {
  const { contract, model } = await downloadModel(contractAddress, (share) => self.postMessage(share));
  const runtime = await openRuntime(model, liteRtFolder, contract);
  const prepare = inputMaker(contract);
  opened = { contract, runtime, prepare };
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const runtimeFiles = [...new Set(loaded.filter((name) => name.startsWith(liteRtFolder)))];
  return { contract, label: runtime.label, runtimeFiles };
}

async function detect({ bitmap, score }, { contract, runtime, prepare }) {
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

/** What the contract says of the model, and the model's bytes; `onProgress` hears the share, 0..1. */
async function downloadModel(address, onProgress) {
  const { model: contract } = await (await fetchOrThrow(address)).json();
  const response = await fetchOrThrow(new URL(contract.file, address).href);
  const parts = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onProgress(Math.min(1, loaded / contract.bytes));
  }
  const { file, bytes } = contract;
  if (loaded !== bytes) throw new Error(`${file} is damaged. Received: ${loaded} bytes. Expected: ${bytes}.`);
  return { contract, model: new Uint8Array(await new Blob(parts).arrayBuffer()) };
}

async function fetchOrThrow(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} cannot be loaded: ${response.status} ${response.statusText}`);
  return response;
}
