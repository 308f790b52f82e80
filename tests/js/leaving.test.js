import assert from "node:assert/strict";
import { test } from "node:test";

import { Sync } from "../../annotations/static/annotations/js/marking/sync.js";

test("a page left while saves are under way asks for the news once when it is loaded anew", () => {
  globalThis.sessionStorage = {};
  const asked = [];
  const page = (size) => Object.assign(Object.create(Sync.prototype), { outbox: { size }, pull: () => asked.push(size) });
  page(0).left();
  page(0).catchUp();
  assert.deepEqual(asked, []);
  page(2).left();
  page(1).catchUp();
  page(1).catchUp();
  assert.deepEqual(asked, [1]);
  delete globalThis.sessionStorage;
});
