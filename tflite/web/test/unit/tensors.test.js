import assert from "node:assert/strict";
import { test } from "node:test";

import { inputMaker, inputTable, readMap } from "../../src/detection/tensors.js";

const scaled = { kind: "float32", polarity: "blur", mean: [127, 127, 127], std: [128, 128, 128] };
const bytes = { ...scaled, kind: "uint8", output_scale: 1 / 256, output_zero_point: 0 };

test("a float32 model gets (pixel - mean) / std of each channel", () => {
  const table = inputTable({ mean: [0, 127, 255], std: [255, 128, 1] });
  assert.deepEqual([...table.slice(3 * 255)], [1, 1, 0]);
  assert.deepEqual([...table.slice(0, 3)], [0, -127 / 128, -255]);
  const photo = { data: [127, 255, 0, 9], width: 1, height: 1 };
  const tensor = inputMaker({ ...scaled, width: 1, height: 1 })(photo);
  assert.deepEqual([...tensor], [0, 1, -127 / 128]);
});

test("photos are resized, rounded half to even, lose their alpha, enter a uint8 model as they are", () => {
  const photo = { data: [10, 20, 30, 0, 11, 21, 32, 0], width: 2, height: 1 };
  const tensor = inputMaker({ ...bytes, width: 1, height: 1 })(photo);
  assert.deepEqual([...tensor], [10, 20, 31]);
});

test("bytes of the output become probabilities", () => {
  assert.deepEqual([...readMap(Uint8Array.of(0, 64, 255), bytes)], [0, 0.25, 255 / 256]);
});

test("a model of focus is turned round, and values are held inside 0..1", () => {
  const map = readMap(Float32Array.of(-0.5, 0.25, 2), { ...scaled, polarity: "focus" });
  assert.deepEqual([...map], [1, 0.75, 0]);
});

test("a model that gives NaN is refused", () => {
  assert.throws(() => readMap(Float32Array.of(NaN), scaled), /NaN/);
});
