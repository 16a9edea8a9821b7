/**
 * The detector, in a worker: `const { detect } = await openDetector(); const { map } = await detect(bitmap)`.
 *
 * @param {object} [options]
 * @param {string} [options.model] "photo", or "camera" for the model of camera frames.
 * @param {string} [options.base] Address of the folder that holds model/ and LiteRT's files; the page's own.
 * @param {function(number)} [options.onProgress] Called with the loaded share of the model, 0..1.
 * @returns {Promise<{contract: object, label: string, runtimeFiles: string[], detect: function}>}
 *   `label` names the way the model runs. `detect(bitmap, score = false)` takes an ImageBitmap, which it uses
 *   up, and resolves to {map: Float32Array (0..1, 1 = out of focus), width, height, milliseconds (model
 *   alone), score (as `scorePhoto` gives it where it is asked for, else null)}.
 */
export async function openDetector({ model = "photo", base = document.baseURI, onProgress = () => {} } = {}) {
  const worker = new Worker(new URL("./worker.js", import.meta.url));
  worker.addEventListener("message", ({ data }) => onProgress(data));
  const ask = (request, transfer = []) => new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: { answer, error } }) => (answer ? resolve(answer) : reject(new Error(error)));
    worker.onerror = (event) => reject(new Error(event.message || "The worker could not be started."));
    worker.postMessage(request, [port2, ...transfer]);
  });
  const opened = await ask({
    contractAddress: new URL(`model/${model}.json`, base).href,
    liteRtFolder: new URL(`${__LITERT_FOLDER__}/`, base).href,
  }).catch((error) => {
    worker.terminate();
    throw error;
  });
  return { ...opened, detect: (bitmap, score = false) => ask({ bitmap, score }, [bitmap]) };
}
