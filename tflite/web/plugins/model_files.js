/** Vite plugin: puts the model and its contract, model/contract.json, beside the page. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { readContract } from "./contract.js";

const ASSETS = resolve(dirname(fileURLToPath(import.meta.url)), "../../../dbdgan_tf/assets");
// int8 first: the smallest download, and the fastest on WebAssembly.
const PREFERENCE = [/lite.*int8/, /int8/, /lite/, /./];

/**
 * @param {string|undefined} path A .tflite file; without it the library's bundled one.
 */
export function modelFiles(path) {
  return {
    name: "dbdgan-model-files",
    apply: "build",
    generateBundle() {
      const file = path ? resolve(path) : bundledModel();
      if (!file || !existsSync(file)) throw new Error(missing(path));
      const content = readFileSync(file);
      const checksum = createHash("sha256").update(content).digest("hex");
      const fileName = `blur_detector.${checksum.slice(0, 12)}.tflite`;
      const contract = { ...readContract(content), file: fileName, bytes: content.length, sha256: checksum };
      this.emitFile({ type: "asset", fileName: `model/${fileName}`, source: content });
      this.emitFile({
        type: "asset",
        fileName: "model/contract.json",
        source: `${JSON.stringify(contract, null, 1)}\n`,
      });
    },
  };
}

function bundledModel() {
  if (!existsSync(ASSETS)) return null;
  const names = readdirSync(ASSETS).filter((name) => name.endsWith(".tflite")).sort();
  for (const pattern of PREFERENCE) {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name) return join(ASSETS, name);
  }
  return null;
}

function missing(path) {
  return (
    `There is no model to put into the page. Received: ${path ?? "no DBDGAN_WEB_MODEL, and no " +
    "dbdgan_tf/assets/*.tflite"}. Train a student (bash scripts/quickstart.sh), convert it ` +
    "(python -m tflite.convert --checkpoint=PREFIX --output=model.tflite), and build with " +
    "DBDGAN_WEB_MODEL=path/to/model.tflite npm run build."
  );
}
