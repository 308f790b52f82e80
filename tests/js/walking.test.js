import assert from "node:assert/strict";
import { test } from "node:test";

import { keyedIn, keyOf, linkFor } from "../../annotations/static/annotations/js/reports/walking.js";

test("digits go by their place on the keyboard, letters by what they are", () => {
  assert.equal(keyOf({ key: "&", code: "Digit1" }), "1");
  assert.equal(keyOf({ key: "2", code: "Numpad2" }), "2");
  assert.equal(keyOf({ key: "J", code: "KeyJ" }), "j");
});

test("keys typed into a field or with a modifier are left alone", () => {
  assert.equal(keyOf({ key: "j", code: "KeyJ", target: { tagName: "SELECT" } }), "");
  assert.equal(keyOf({ key: "j", code: "KeyJ", ctrlKey: true }), "");
  assert.equal(keyOf({ key: "j", code: "KeyJ", isComposing: true }), "");
});

test("only single letters and digits are looked up", () => {
  const asked = [];
  const place = { querySelector: (selector) => asked.push(selector) && "link" };
  assert.equal(linkFor(place, "j"), "link");
  assert.equal(linkFor(place, '"]'), null);
  assert.equal(linkFor(null, "j"), null);
  assert.deepEqual(asked, ['a[data-key="j"]']);
});

test("no key decides while the next case is being fetched", () => {
  const page = (waiting) => ({
    querySelector: (selector) => (selector === ".htmx-request" ? waiting : `found ${selector}`),
  });
  const two = { key: "2", code: "Digit2" };
  assert.equal(keyedIn(page(null), two), 'found main [data-key="2"]');
  assert.equal(keyedIn(page({}), two), null);
  assert.equal(keyedIn(page(null), { ...two, repeat: true }), null);
});
