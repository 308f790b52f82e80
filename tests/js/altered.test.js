import assert from "node:assert/strict";
import { test } from "node:test";

import { TextView } from "../../annotations/static/annotations/js/marking/text_view.js";
import { articleOf } from "./sample.js";

globalThis.Node = { TEXT_NODE: 3 };

/** A view over blocks that know their text, their place, and whether they are still in the page. */
function watched(text) {
  const article = articleOf(text);
  const observer = { queue: [], observe() {}, takeRecords: () => observer.queue.splice(0) };
  globalThis.MutationObserver = class {
    constructor(act) {
      return Object.assign(observer, { tell: (...targets) => act(targets.map((target) => ({ target }))) });
    }
  };
  const painted = [];
  const elements = article.blocks.map((block, index) => {
    const element = { nodeType: 1, isConnected: true, textContent: block.text, closest: () => element };
    element.replaceChildren = () => {
      element.textContent = block.text;
      painted.push(index);
      observer.queue.push({ target: element });
    };
    return element;
  });
  const root = { nodeType: 1, isConnected: true, closest: () => null, contains: ({ isConnected }) => isConnected };
  const view = Object.create(TextView.prototype);
  const store = { inBlock: () => [] };
  Object.assign(view, { root, elements, article, store, regions: elements.map(() => []), lookOf: () => ({}) });
  let lost = 0;
  view.watch(() => (lost += 1));
  return { observer, elements, root, painted, view, lost: () => lost };
}

globalThis.document = { createTextNode: (text) => text, createElement: () => ({ dataset: {}, append() {} }) };

test("a text that something else rewrites is put right once, then nothing may be marked", () => {
  const { observer, elements, painted, view, lost } = watched("One here.\nTwo here.\n");
  view.paint([0, 1]);
  assert.deepEqual([painted.splice(0), observer.queue, lost()], [[0, 1], [], 0]);
  observer.tell(elements[1]); // wrapped in other elements, every letter as it was
  assert.deepEqual([painted, lost()], [[], 0]);
  elements[1].textContent = "Zwei hier.\n";
  observer.tell({ nodeType: 3, isConnected: true, parentElement: elements[1] });
  assert.deepEqual([painted, elements[1].textContent, lost()], [[1], "Two here.\n", 0]);
  elements[1].textContent = "Zwei hier.\n";
  observer.queue.push({ target: elements[1] });
  view.paint([0]); // a key acts before the browser has told
  assert.equal(lost(), 1);
});

test("a paragraph that is taken out of the page is noticed", () => {
  const { observer, elements, root, lost } = watched("One here.\nTwo here.\n");
  elements[0].isConnected = false;
  observer.tell(elements[0]);
  assert.equal(lost(), 0);
  observer.tell(root);
  assert.equal(lost(), 1);
});
