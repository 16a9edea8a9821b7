/** Builds the page with a model and serves it on this machine. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build, preview } from "vite";

/** The folder that tests/web/make_material.py wrote; scripts/test_web.sh runs it. */
export const material = process.env.DBDGAN_WEB_MATERIAL;

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Builds the page into a new folder and returns it; with the model of a golden folder or the bundled one. */
export async function buildSite(golden = "") {
  process.env.DBDGAN_WEB_MODEL = golden;
  const outDir = mkdtempSync(join(tmpdir(), "dbdgan-web-"));
  await build({ root, logLevel: "error", build: { outDir } });
  return outDir;
}

/**
 * @param {string} outDir A built site.
 * @param {boolean} plain True for a host that sends no cross-origin isolation headers.
 * @returns {Promise<{address: string, close: function}>}
 */
export async function serveSite(outDir, plain = false) {
  process.env.DBDGAN_WEB_PLAIN_HEADERS = plain ? "1" : "";
  const server = await preview({
    root,
    logLevel: "error",
    build: { outDir },
    preview: { port: 0, host: "127.0.0.1" },
  });
  const { port } = server.httpServer.address();
  const close = async () => {
    server.httpServer.closeAllConnections();
    await server.close();
  };
  return { address: `http://127.0.0.1:${port}/`, close };
}
