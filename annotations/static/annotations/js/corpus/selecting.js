// From a selection to code points of the article. Blocks tile the text: each says with data-s at
// which code point it begins, and its textContent is exactly its part of the article.

import { countPoints } from "../marking/offsets.js";

/** Text between the start of `block` and a boundary point inside it. */
function textBefore(block, node, offset) {
  const range = block.ownerDocument.createRange();
  range.setStart(block, 0);
  range.setEnd(node, offset);
  return range.toString();
}

/** Without white space at both ends; null when nothing is left. */
export function trimmed(start, words) {
  const kept = words.trim();
  if (!kept) return null;
  const before = words.slice(0, words.indexOf(kept));
  return { start: start + countPoints(before), words: kept };
}

/** {start in code points, words} of the part of `range` within the blocks, or null. */
export function stretchOf(range, blocks) {
  const touched = blocks.filter((block) => range.intersectsNode(block));
  let start = null;
  const parts = touched.map((block) => {
    const from = block.contains(range.startContainer)
      ? textBefore(block, range.startContainer, range.startOffset).length
      : 0;
    const to = block.contains(range.endContainer)
      ? textBefore(block, range.endContainer, range.endOffset).length
      : block.textContent.length;
    start ??= Number(block.dataset.s) + countPoints(block.textContent.slice(0, from));
    return block.textContent.slice(from, to);
  });
  return start === null ? null : trimmed(start, parts.join(""));
}
