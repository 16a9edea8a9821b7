import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { resampleBytes } from "../../src/detection/byte_resampling.js";
import { areaTaps, axisTaps, linearTaps, resample } from "../../src/detection/resampling.js";

const material = process.env.DBDGAN_WEB_MATERIAL;
const plane = (width, height, values) => [values, { width, height, stride: 1 }];

test("an axis that shrinks by a whole factor averages whole samples", () => {
  const result = resample(...plane(4, 2, [1, 3, 5, 7, 9, 11, 13, 15]), { width: 2, height: 1 }, 1);
  assert.deepEqual([...result], [6, 10]);
});

test("an axis that shrinks by a broken factor shares the sample on the border", () => {
  const { starts, weights } = axisTaps(3, 2, areaTaps);
  assert.deepEqual([...starts], [0, 1]);
  assert.deepEqual([...weights[0]], [2 / 3, 1 / 3].map(Math.fround));
  assert.deepEqual([...weights[1]], [1 / 3, 2 / 3].map(Math.fround));
});

test("an axis that grows is bilinear with half-pixel centres and clamped ends", () => {
  assert.deepEqual([...resample(...plane(2, 1, [0, 8]), { width: 4, height: 1 }, 1)], [0, 2, 6, 8]);
});

test("a picture that gets no smaller is bilinear along the axis that shrinks, too", () => {
  const result = resample(...plane(4, 1, [0, 4, 8, 12]), { width: 2, height: 2 }, 1);
  assert.deepEqual([...result], [2, 10, 2, 10]);
});

test("where one side grows, a picture with fewer pixels is bilinear, too", () => {
  const result = resample(...plane(1, 8, [0, 1, 2, 3, 4, 5, 6, 7]), { width: 2, height: 3 }, 1);
  assert.deepEqual([...result].map((value) => Math.round(value * 100)), [83, 83, 350, 350, 617, 617]);
});

test("a single sample fills any size", () => {
  assert.deepEqual([...resample(...plane(1, 1, [5]), { width: 3, height: 2 }, 1)], [5, 5, 5, 5, 5, 5]);
});

test("only the wanted channels are kept, in order", () => {
  const rgba = [1, 2, 3, 255, 5, 6, 7, 255];
  const result = resample(rgba, { width: 2, height: 1, stride: 4 }, { width: 1, height: 1 }, 3);
  assert.deepEqual([...result], [3, 4, 5]);
});

test("the taps of every target sample add up to one and stay inside", () => {
  const areas = [[7, 3], [481, 320], [4032, 320], [5, 5]].map((sizes) => [...sizes, areaTaps]);
  const pairs = [[7, 3], [320, 480], [1, 9], [9, 1], [5, 5], [300, 320]];
  const others = pairs.map((sizes) => [...sizes, linearTaps]);
  for (const [from, to, rule] of [...areas, ...others]) {
    const { starts, weights } = axisTaps(from, to, rule);
    for (let index = 0; index < to; index++) {
      const sum = weights[index].reduce((total, weight) => total + weight, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, `${from} to ${to}, sample ${index}: ${sum}`);
      assert.ok(starts[index] >= 0 && starts[index] + weights[index].length <= from);
    }
  }
});

const skip = material ? false : "needs DBDGAN_WEB_MATERIAL, see scripts/test_web.sh";
test("resized bytes are Python's", { skip }, () => {
  const [source, ...cases] = JSON.parse(readFileSync(join(material, "resized.json"), "utf8"));
  assert.ok(cases.length >= 6);
  for (const { width, height, pixels } of cases) {
    const own = resampleBytes(source.pixels, { ...source, stride: 3 }, { width, height }, 3);
    assert.deepEqual([...own], pixels, `${width}x${height}`);
  }
});
