/** The detector as a page uses it: `const detector = await openDetector(); await detector.detect(bitmap)`. */

/**
 * Loads the model in a worker.
 *
 * @param {object} [options]
 * @param {string} [options.base] Address of the folder that holds model/ and LiteRT's files; the page's own.
 * @param {function(number)} [options.onProgress] Called with the loaded share of the model, 0..1.
 * @returns {Promise<{contract: object, label: string, runtimeFiles: string[], detect: function}>}
 *   `label` names the way the model runs. `detect(bitmap, score = false)` takes an ImageBitmap, which it uses
 *   up, and resolves to {map: Float32Array (0..1, 1 = out of focus), width, height, milliseconds (model
 *   alone), score (as `scorePhoto` gives it where it is asked for, else null)}.
 */
export async function openDetector({ base = document.baseURI, onProgress = () => {} } = {}) {
  const ask = startWorker(onProgress);
  const opened = await ask("open", {
    modelFolder: new URL("model/", base).href,
    liteRtFolder: new URL(`${__LITERT_FOLDER__}/`, base).href,
  });
  return { ...opened, detect: (bitmap, score = false) => ask("detect", { bitmap, score }, [bitmap]) };
}

function startWorker(onProgress) {
  const worker = new Worker(new URL("./worker.js", import.meta.url));
  const waiting = new Map();
  worker.addEventListener("message", ({ data: { id, answer, error, progress } }) => {
    if (progress !== undefined) return onProgress(progress);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    return error === undefined ? resolve(answer) : reject(new Error(error));
  });
  worker.addEventListener("error", (event) => {
    const reason = new Error(event.message || "The worker could not be started.");
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
  });
  let last = 0;
  return (kind, payload, transfer = []) => new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, kind, payload }, transfer);
  });
}
