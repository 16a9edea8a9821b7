/** Vite plugin: writes service_worker.js with the list of files that the page needs offline. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), "../src/service_worker.js");
// Browsers need one of LiteRT's builds each; the page asks for that one to be kept once it knows which.
const ON_DEMAND = /^litert-/;

export function offlineWorker() {
  return {
    name: "dbdgan-offline-worker",
    apply: "build",
    writeBundle({ dir }) {
      const files = listFiles(dir).filter((name) => !ON_DEMAND.test(name) && name !== "service_worker.js");
      const digest = createHash("sha256");
      for (const name of files) digest.update(name).update(readFileSync(join(dir, name)));
      const script = readFileSync(SOURCE, "utf8")
        .replace("__VERSION__", digest.digest("hex").slice(0, 12))
        .replace('["__FILES__"]', JSON.stringify(files));
      writeFileSync(join(dir, "service_worker.js"), script);
    },
  };
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
    .sort();
}
