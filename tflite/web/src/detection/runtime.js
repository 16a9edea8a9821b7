/** LiteRT in the browser: the fastest way that this device has, else the next one. Runs inside the worker. */

import { loadAndCompile, loadLiteRt, Tensor, unloadLiteRt } from "@litertjs/core";

const MOST_THREADS = 4;

/**
 * {label, run} for the bytes of a .tflite file; `run(array)` resolves to the output's typed array. `folder`
 * is the address of LiteRT's WebAssembly files, with a closing slash. An error names why each way failed.
 */
export async function openRuntime(model, folder, contract) {
  const { kind, height, width } = contract;
  const reasons = [];
  for (const way of await possibleWays(kind)) {
    try {
      const compiled = await compile(way, model, folder);
      const run = (array) => runOnce(compiled, array, [1, height, width, 3]);
      await run(new (kind === "float32" ? Float32Array : Uint8Array)(height * width * 3));
      return { label: way.label, run };
    } catch (error) {
      reasons.push(`${way.label}: ${error?.message ?? error}`);
      try {
        unloadLiteRt();
      } catch {
        // Nothing was loaded.
      }
    }
  }
  throw new Error(`The model does not run in this browser. ${reasons.join("; ")}`);
}

async function possibleWays(kind) {
  const threads = Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);
  const ways = [{ label: "WebAssembly", accelerator: "wasm", options: {}, threads: 1 }];
  if (self.crossOriginIsolated && threads > 1) {
    const label = `WebAssembly, ${threads} threads`;
    ways.unshift({ label, accelerator: "wasm", options: { threads: true }, threads });
  }
  // GPUs take float graphs; integer ones are at home on the CPU.
  if (kind === "float32" && await navigator.gpu?.requestAdapter().catch(() => null)) {
    const options = "Suspending" in WebAssembly ? { jspi: true } : {};
    ways.unshift({ label: "WebGPU", accelerator: "webgpu", options, threads: 1 });
  }
  return ways;
}

async function compile({ accelerator, options, threads }, model, folder) {
  // In a worker the script cannot find its own folder.
  self.Module = {
    locateFile: (name) => folder + name,
    mainScriptUrlOrBlob: `${folder}litert_wasm_threaded_internal.js`,
  };
  await loadLiteRt(folder, options);
  // Reduced precision is not part of the contract's tolerance.
  const gpuOptions = { precision: "fp32" };
  return loadAndCompile(model, { accelerator, cpuOptions: { numThreads: threads }, gpuOptions });
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
