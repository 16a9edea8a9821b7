/** LiteRT in the browser: the fastest way that this device has, else the next one. Runs inside the worker. */

import { loadAndCompile, loadLiteRt, Tensor, unloadLiteRt } from "@litertjs/core";

const MOST_THREADS = 4;

/**
 * @param {Uint8Array} model The .tflite file.
 * @param {string} folder Address of LiteRT's WebAssembly files, with a closing slash.
 * @param {object} contract The model's contract.
 * @returns {Promise<{label: string, run: function}>} `run(array)` resolves to the output's typed array.
 * @throws {Error} If no way works; it names the reason of each.
 */
export async function openRuntime(model, folder, contract) {
  const reasons = [];
  for (const way of await possibleWays(contract)) {
    try {
      const runtime = await openOne(way, model, folder, contract);
      await runtime.run(emptyInput(contract));
      return runtime;
    } catch (error) {
      reasons.push(`${way.label}: ${error?.message ?? error}`);
      unloadQuietly();
    }
  }
  throw new Error(`The model does not run in this browser. ${reasons.join("; ")}`);
}

/** Ways to run the model, fastest first. */
async function possibleWays({ kind }) {
  const threads = Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);
  const ways = [{ label: "WebAssembly", accelerator: "wasm", options: {}, threads: 1 }];
  if (self.crossOriginIsolated && threads > 1) {
    const label = `WebAssembly, ${threads} threads`;
    ways.unshift({ label, accelerator: "wasm", options: { threads: true }, threads });
  }
  // GPUs take float graphs; integer ones are at home on the CPU.
  if (kind === "float32" && await hasWebGpu()) {
    const options = "Suspending" in WebAssembly ? { jspi: true } : {};
    ways.unshift({ label: "WebGPU", accelerator: "webgpu", options, threads: 1 });
  }
  return ways;
}

async function hasWebGpu() {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}

async function openOne(way, model, folder, contract) {
  // In a worker the script cannot find its own folder.
  self.Module = {
    locateFile: (name) => folder + name,
    mainScriptUrlOrBlob: `${folder}litert_wasm_threaded_internal.js`,
  };
  await loadLiteRt(folder, way.options);
  const compiled = await loadAndCompile(model, {
    accelerator: way.accelerator,
    cpuOptions: { numThreads: way.threads },
    // Reduced precision is not part of the contract's tolerance.
    gpuOptions: { precision: "fp32" },
  });
  const { height, width } = contract;
  return {
    label: way.label,
    run: (array) => runOnce(compiled, array, [1, height, width, 3]),
  };
}

async function runOnce(compiled, array, shape) {
  const input = new Tensor(array, shape);
  let output;
  try {
    [output] = await compiled.run([input]);
    return (await output.data()).slice();
  } finally {
    input.delete();
    output?.delete();
  }
}

function emptyInput({ kind, height, width }) {
  return new (kind === "float32" ? Float32Array : Uint8Array)(height * width * 3);
}

function unloadQuietly() {
  try {
    unloadLiteRt();
  } catch {
    // Nothing was loaded.
  }
}
