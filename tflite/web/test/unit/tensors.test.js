import assert from "node:assert/strict";
import { test } from "node:test";

import { inputMaker, inputTable, readMap } from "../../src/detection/tensors.js";

const scaled = { type: "float32", scale: 0, zeroPoint: 0, mean: [127, 127, 127], std: [128, 128, 128] };
const raw = { ...scaled, type: "uint8", scale: 1 / 128, zeroPoint: 127 };

test("a float32 model gets (pixel - mean) / std of each channel", () => {
  const table = inputTable({ ...scaled, mean: [0, 127, 255], std: [255, 128, 1] });
  assert.deepEqual([...table.slice(3 * 255)], [1, 1, 0]);
  assert.deepEqual([...table.slice(0, 3)], [0, -127 / 128, -255]);
});

test("a raw uint8 model gets the pixel itself", () => {
  const table = inputTable(raw);
  for (let value = 0; value < 256; value++) assert.equal(table[3 * value + 1], value);
});

test("photos are resized, rounded half to even, and lose their alpha", () => {
  const photo = { data: [10, 20, 30, 0, 11, 21, 32, 0], width: 2, height: 1 };
  const tensor = inputMaker({ ...raw, width: 1, height: 1 })(photo);
  assert.deepEqual([...tensor], [10, 20, 31]);
});

test("bytes of the output become probabilities", () => {
  const output = { type: "uint8", scale: 1 / 256, zeroPoint: 0 };
  const map = readMap(Uint8Array.of(0, 64, 255), { output, polarity: "blur" });
  assert.deepEqual([...map], [0, 0.25, 255 / 256]);
});

test("a model of focus is turned round, and values are held inside 0..1", () => {
  const output = { type: "float32" };
  assert.deepEqual([...readMap(Float32Array.of(-0.5, 0.25, 2), { output, polarity: "focus" })], [1, 0.75, 0]);
});

test("a model that gives NaN is refused", () => {
  const contract = { output: { type: "float32" }, polarity: "blur" };
  assert.throws(() => readMap(Float32Array.of(NaN), contract), /NaN/);
});
