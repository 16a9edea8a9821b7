/** Vite plugin: puts a model and its contract, written by `python -m tflite.golden.make`, beside the page. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const CONTRACT_VERSION = 2;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BUNDLED = join(ROOT, "tflite/golden/lite_int8");
// Golden folders of bundled models name a file that lies here.
const ASSETS = join(ROOT, "dbdgan_tf/assets");

/**
 * @param {string|undefined} folder Holds contract.json and the .tflite file; by default the bundled model's.
 */
export function modelFiles(folder) {
  return {
    name: "dbdgan-model-files",
    apply: "build",
    generateBundle() {
      const { contract, content } = readModel(resolve(folder || BUNDLED));
      const file = `blur_detector.${contract.model.sha256.slice(0, 12)}.tflite`;
      const source = JSON.stringify({ ...contract, model: { ...contract.model, file } });
      this.emitFile({ type: "asset", fileName: `model/${file}`, source: content });
      this.emitFile({ type: "asset", fileName: "model/contract.json", source });
    },
  };
}

function readModel(folder) {
  const remedy = `Make the folder with python -m tflite.golden.make MODEL.tflite --output_dir=${folder}.`;
  const path = join(folder, "contract.json");
  if (!existsSync(path)) throw new Error(`There is no contract.json. Received: ${folder}. ${remedy}`);
  const contract = JSON.parse(readFileSync(path, "utf8"));
  if (contract.contract_version !== CONTRACT_VERSION) {
    throw new Error(`Unknown contract. Received: version ${contract.contract_version}. ${remedy}`);
  }
  const file = [folder, ASSETS].map((place) => join(place, contract.model.file)).find(existsSync);
  const content = file ? readFileSync(file) : "";
  if (createHash("sha256").update(content).digest("hex") !== contract.model.sha256) {
    throw new Error(`The contract's model is missing or another. Received: ${file ?? folder}. ${remedy}`);
  }
  return { contract, content };
}
