import assert from "node:assert/strict";
import test from "node:test";

import { besideBox } from "../../annotations/static/annotations/js/reports/placing.js";

const room = { width: 400, height: 300 };
const note = { width: 100, height: 40 };

function box(left, top) {
  return { left, top, width: 20, height: 20, bottom: top + 20 };
}

test("a note stands in the middle above what it explains", () => {
  assert.deepEqual(besideBox(box(190, 100), note, room), { left: 150, top: 54 });
});

test("a note goes below where there is no room above", () => {
  assert.deepEqual(besideBox(box(190, 30), note, room), { left: 150, top: 56 });
});

test("a note stays inside the window at both sides", () => {
  assert.equal(besideBox(box(0, 100), note, room).left, 8);
  assert.equal(besideBox(box(390, 100), note, room).left, 292);
});
