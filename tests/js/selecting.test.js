import assert from "node:assert/strict";
import { test } from "node:test";

import { stretchOf, trimmed } from "../../annotations/static/annotations/js/corpus/selecting.js";

const TEXTS = ["One 😀 here.\n\n", "Photo: smoke.\n"];

/** Blocks that know their text and nothing else; a boundary is [block number, UTF-16 offset]. */
function blocksAndRange(from, to) {
  let start = 0;
  const blocks = TEXTS.map((text) => {
    const block = { textContent: text, dataset: { s: String(start) } };
    block.contains = (node) => node === block;
    block.ownerDocument = {
      createRange: () => {
        const ends = {};
        return {
          setStart() {},
          setEnd: (node, offset) => Object.assign(ends, { node, offset }),
          toString: () => ends.node.textContent.slice(0, ends.offset),
        };
      },
    };
    start += [...text].length;
    return block;
  });
  const range = {
    startContainer: blocks[from[0]],
    startOffset: from[1],
    endContainer: blocks[to[0]],
    endOffset: to[1],
    intersectsNode: (node) => blocks.indexOf(node) >= from[0] && blocks.indexOf(node) <= to[0],
  };
  return [range, blocks];
}

test("a selection behind an emoji is counted in code points", () => {
  assert.deepEqual(stretchOf(...blocksAndRange([0, 7], [0, 11])), { start: 6, words: "here" });
});

test("a selection across blocks keeps the newlines between them", () => {
  assert.deepEqual(stretchOf(...blocksAndRange([0, 6], [1, 6])), {
    start: 6,
    words: "here.\n\nPhoto:",
  });
});

test("a selection of nothing but white space is none", () => {
  assert.equal(stretchOf(...blocksAndRange([0, 12], [0, 14])), null);
  assert.equal(trimmed(3, " \n"), null);
});

test("white space at the ends is left out and counted", () => {
  assert.deepEqual(trimmed(10, " \n😀 x "), { start: 12, words: "😀 x" });
});
