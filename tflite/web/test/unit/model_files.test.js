import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { modelFiles } from "../../plugins/page_files.js";

function build(folder) {
  const files = {};
  const emitFile = ({ fileName, source }) => { files[fileName] = source; };
  modelFiles(folder).generateBundle.call({ emitFile });
  return files;
}

test("the bundled model comes with Python's contract", () => {
  const { "model/contract.json": text, ...others } = build();
  const { model } = JSON.parse(text);
  assert.deepEqual(Object.keys(others), [`model/${model.file}`]);
  assert.equal(others[`model/${model.file}`].length, model.bytes);
  assert.equal(model.kind, "uint8");
});

test("a folder without a contract, of another version or with another model is refused", () => {
  assert.throws(() => build("no_such"), /no_such.*tflite\.golden\.make/);
  const folder = mkdtempSync(join(tmpdir(), "dbdgan-contract-"));
  const write = (contract) => writeFileSync(join(folder, "contract.json"), JSON.stringify(contract));
  write({ contract_version: 1 });
  assert.throws(() => build(folder), /version 1/);
  write({ contract_version: 2, model: { file: "m.tflite", sha256: "0" } });
  writeFileSync(join(folder, "m.tflite"), "other");
  assert.throws(() => build(folder), /missing or another/);
});
