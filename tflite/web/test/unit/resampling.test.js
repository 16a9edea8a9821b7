import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { axisTaps, resample } from "../../src/detection/resampling.js";

const material = process.env.DBDGAN_WEB_MATERIAL;
const plane = (width, height, values) => [values, { width, height, stride: 1 }];

test("an axis that shrinks by a whole factor averages whole samples", () => {
  const result = resample(...plane(4, 2, [1, 3, 5, 7, 9, 11, 13, 15]), { width: 2, height: 1 }, 1);
  assert.deepEqual([...result], [6, 10]);
});

test("an axis that shrinks by a broken factor shares the sample on the border", () => {
  const { starts, weights } = axisTaps(3, 2);
  assert.deepEqual([...starts], [0, 1]);
  assert.deepEqual([...weights[0]], [2 / 3, 1 / 3].map(Math.fround));
  assert.deepEqual([...weights[1]], [1 / 3, 2 / 3].map(Math.fround));
});

test("an axis that grows is bilinear with half-pixel centres and clamped ends", () => {
  assert.deepEqual([...resample(...plane(2, 1, [0, 8]), { width: 4, height: 1 }, 1)], [0, 2, 6, 8]);
});

test("one axis may grow while the other shrinks", () => {
  const result = resample(...plane(4, 1, [0, 4, 8, 12]), { width: 2, height: 2 }, 1);
  assert.deepEqual([...result], [2, 10, 2, 10]);
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
  for (const [from, to] of [[7, 3], [320, 480], [481, 320], [4032, 320], [1, 9], [5, 5]]) {
    const { starts, weights } = axisTaps(from, to);
    for (let index = 0; index < to; index++) {
      const sum = weights[index].reduce((total, weight) => total + weight, 0);
      assert.ok(Math.abs(sum - 1) < 1e-5, `${from} to ${to}, sample ${index}: ${sum}`);
      assert.ok(starts[index] >= 0 && starts[index] + weights[index].length <= from);
    }
  }
});

const skip = material ? false : "needs DBDGAN_WEB_MATERIAL, see scripts/test_web.sh";
test("pixels are Python's within one level, and the same where shrunk", { skip }, () => {
  const [source, ...cases] = JSON.parse(readFileSync(join(material, "resized.json"), "utf8"));
  assert.ok(cases.length >= 4);
  for (const { width, height, pixels } of cases) {
    const own = resample(source.pixels, { ...source, stride: 3 }, { width, height }, 3);
    const differences = pixels.map((pixel, at) => Math.abs(Math.round(own[at]) - pixel));
    const share = differences.filter(Boolean).length / pixels.length;
    // OpenCV enlarges bytes in fixed point, and truncates; shrunk pixels differ in rounding a half.
    const allowed = width > source.width ? 0.2 : 0.06;
    assert.ok(Math.max(...differences) <= 1 && share <= allowed, `${width}x${height}: ${share} differ`);
  }
});
