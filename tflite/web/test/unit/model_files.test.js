import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { modelFiles } from "../../plugins/page_files.js";

test("a folder without a contract, of another version or with another model is refused", () => {
  const build = (folder) => modelFiles(folder).generateBundle.call({ emitFile() {} });
  assert.throws(() => build("no_such"), /no_such.*tflite\.golden\.make/);
  const own = mkdtempSync(join(tmpdir(), "dbdgan-contract-"));
  const write = (contract) => writeFileSync(join(own, "contract.json"), JSON.stringify(contract));
  write({ contract_version: 1 });
  assert.throws(() => build(own), /version 1/);
  write({ contract_version: 2, model: { file: "m.tflite", sha256: "0" } });
  writeFileSync(join(own, "m.tflite"), "other");
  assert.throws(() => build(own), /missing or another/);
});
