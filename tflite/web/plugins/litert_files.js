/** Vite plugin: copies LiteRT's WebAssembly files beside the page and tells the code where they are. */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PACKAGE = dirname(dirname(createRequire(import.meta.url).resolve("@litertjs/core")));

export function liteRtFiles() {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  const folder = `litert-${version}`;
  return {
    name: "dbdgan-litert-files",
    apply: "build",
    config: () => ({ define: { __LITERT_FOLDER__: JSON.stringify(folder) } }),
    generateBundle() {
      for (const name of readdirSync(join(PACKAGE, "wasm"))) {
        const source = readFileSync(join(PACKAGE, "wasm", name));
        this.emitFile({ type: "asset", fileName: `${folder}/${name}`, source });
      }
    },
  };
}
