/** Vite plugins that put beside the page what it loads: a model, LiteRT, the offline worker. */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const CONTRACT_VERSION = 2;
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const GOLDEN = join(ROOT, "tflite/golden");
// Golden folders of bundled models name a file that lies here.
const ASSETS = join(ROOT, "dbdgan_tf/assets");
const LITERT = dirname(dirname(createRequire(import.meta.url).resolve("@litertjs/core")));
const WORKER = "service_worker.js";

/**
 * The models for photos and for the camera, each with its contract, from folders that tflite.golden.make
 * wrote. A camera without a folder of its own takes the photos'; by default both are bundled ones, with
 * their terms.
 */
export function modelFiles(photo, camera) {
  const folders = {
    photo: photo || join(GOLDEN, "lite_int8"),
    camera: camera || photo || join(GOLDEN, "lite_fast_int8"),
  };
  return {
    name: "dbdgan-model-files",
    apply: "build",
    generateBundle() {
      for (const [name, folder] of Object.entries(folders)) {
        const { contract, content } = readModel(resolve(folder));
        const file = `blur_detector.${contract.model.sha256.slice(0, 12)}.tflite`;
        const source = JSON.stringify({ ...contract, model: { ...contract.model, file } });
        this.emitFile({ type: "asset", fileName: `model/${file}`, source: content });
        this.emitFile({ type: "asset", fileName: `model/${name}.json`, source });
      }
      if (!photo) {
        const source = readFileSync(join(ASSETS, "LICENCE.md"));
        this.emitFile({ type: "asset", fileName: "model/LICENCE.md", source });
      }
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

/** LiteRT's WebAssembly files, in a folder whose name the code knows as __LITERT_FOLDER__. */
export function liteRtFiles() {
  const { version } = JSON.parse(readFileSync(join(LITERT, "package.json"), "utf8"));
  const folder = `litert-${version}`;
  return {
    name: "dbdgan-litert-files",
    apply: "build",
    config: () => ({ define: { __LITERT_FOLDER__: JSON.stringify(folder) } }),
    generateBundle() {
      for (const name of readdirSync(join(LITERT, "wasm"))) {
        const source = readFileSync(join(LITERT, "wasm", name));
        this.emitFile({ type: "asset", fileName: `${folder}/${name}`, source });
      }
    },
  };
}

/** service_worker.js with the list of files that the page needs offline; the page itself keeps LiteRT's. */
export function offlineWorker() {
  return {
    name: "dbdgan-offline-worker",
    apply: "build",
    writeBundle({ dir }) {
      const files = readdirSync(dir, { recursive: true }).map((name) => name.split(sep).join("/")).sort()
        .filter((name) => /\.\w+$/.test(name) && !/^litert-/.test(name) && name !== WORKER);
      const digest = createHash("sha256");
      for (const name of files) digest.update(name).update(readFileSync(join(dir, name)));
      const script = readFileSync(join(ROOT, "tflite/web/src", WORKER), "utf8")
        .replace("__VERSION__", digest.digest("hex").slice(0, 12))
        .replace('["__FILES__"]', JSON.stringify(files));
      writeFileSync(join(dir, WORKER), script);
    },
  };
}
