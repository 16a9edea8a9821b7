import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readContract } from "../../plugins/contract.js";
import { modelFiles } from "../../plugins/model_files.js";

const material = process.env.DBDGAN_WEB_MATERIAL;

test("what is no .tflite is refused", () => {
  assert.throws(() => readContract(Buffer.from("not a model, but long enough")), /not a \.tflite/);
  assert.throws(() => readContract(Buffer.alloc(3)), /3 bytes/);
});

test("a build without a model says how to make one", () => {
  assert.throws(() => modelFiles("no_such.tflite").generateBundle(), /no_such\.tflite.*tflite\.convert/);
});

for (const name of ["float32", "int8"]) {
  const skip = material ? false : "needs DBDGAN_WEB_MATERIAL, see scripts/test_web.sh";
  test(`the contract of the ${name} file is what Python reads from it`, { skip }, () => {
    const read = (suffix) => readFileSync(join(material, name, suffix));
    assert.deepEqual(readContract(read("model.tflite")), JSON.parse(read("contract.json")));
  });
}
