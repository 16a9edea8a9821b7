import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { resampleBytes } from "../../src/detection/byte_resampling.js";
import { areaTaps, axisTaps, linearTaps, resample } from "../../src/detection/resampling.js";

const material = process.env.DBDGAN_WEB_MATERIAL;
const plane = (width, height, values) => [values, { width, height, stride: 1 }];

for (const [name, source, to, expected] of [
  ["shrinks by a whole factor: averages", plane(4, 2, [1, 3, 5, 7, 9, 11, 13, 15]), [2, 1], [6, 10]],
  ["grows: half-pixel centres, clamped ends", plane(2, 1, [0, 8]), [4, 1], [0, 2, 6, 8]],
  ["gets no smaller: bilinear on both axes", plane(4, 1, [0, 4, 8, 12]), [2, 2], [2, 10, 2, 10]],
  ["grows on one side, fewer pixels: bilinear", plane(1, 8, [0, 12, 24, 36, 48, 60, 72, 84]), [2, 3],
    [10, 10, 42, 42, 74, 74]],
  ["has one sample: it fills any size", plane(1, 1, [5]), [3, 2], [5, 5, 5, 5, 5, 5]],
]) {
  test(`a plane that ${name}`, () => {
    const result = resample(...source, { width: to[0], height: to[1] }, 1);
    expected.forEach((value, at) => assert.ok(Math.abs(result[at] - value) < 1e-5, `${[...result]}`));
    assert.equal(result.length, expected.length);
  });
}

test("an axis that shrinks by a broken factor shares the sample on the border", () => {
  const { starts, weights } = axisTaps(3, 2, areaTaps);
  assert.deepEqual([...starts], [0, 1]);
  assert.deepEqual([...weights[0]], [2 / 3, 1 / 3].map(Math.fround));
  assert.deepEqual([...weights[1]], [1 / 3, 2 / 3].map(Math.fround));
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
