// The article's text in the page: painting blocks, and places in the DOM <-> code points.

import { nodesOf, segmentsOf } from "./paint.js";

export class TextView {
  constructor(root, article, store, labels) {
    Object.assign(this, { root, article, store, labels });
    this.elements = [...root.querySelectorAll(".b")];
    this.regions = article.blocks.map(({ start, end }) =>
      article.regions.filter(([s, e]) => s < end && e > start),
    );
    this.chosen = null;
    this.lookOf = (span) => {
      const { slot, tag } = labels.of(span);
      return { slot, tag, suggested: span.state === "suggested", unsaved: store.pending.has(span.id) };
    };
  }

  static textsOf(root) {
    return [...root.querySelectorAll(".b")].map((element) => element.textContent);
  }

  paint(indexes) {
    this.inspect(this.observer?.takeRecords() ?? []);
    for (const index of indexes) {
      const block = this.article.blocks[index];
      const segments = segmentsOf(block, this.store.inBlock(index), this.regions[index], this.lookOf);
      this.elements[index].replaceChildren(...nodesOf(document, block, segments));
    }
    this.observer?.takeRecords(); // our own
    if (this.chosen) this.showChosen(this.chosen);
  }

  /** Draws marks as saved or unsaved without replacing a node: a selection there stays alive. */
  refreshUnsaved(indexes) {
    for (const index of indexes) {
      for (const mark of this.elements[index].querySelectorAll("mark")) {
        let element = mark;
        for (const id of mark.dataset.i.split(" ")) {
          element.classList.toggle("un", this.store.pending.has(id));
          element = element.firstElementChild ?? element;
        }
      }
    }
  }

  /** All elements of a span, in order. */
  marksOf(id) {
    const span = this.store.get("span", id);
    if (!span) return [];
    const found = [];
    for (const index of this.store.blocksOf("span", span)) {
      for (const mark of this.elements[index].querySelectorAll(`mark[data-i~="${id}"]`)) found.push(mark);
    }
    return found;
  }

  /** Shows the chosen span (or with null none). */
  showChosen(id) {
    for (const mark of this.shown ?? []) mark.classList.remove("fx");
    this.chosen = id;
    this.shown = id ? this.marksOf(id) : [];
    for (const mark of this.shown) mark.classList.add("fx");
  }

  /**
   * Looks out for anything outside (an extension, a translation) that rewrites the text. A block is
   * put right once; `lost` is told of one that is rewritten again, or taken out of the page.
   */
  watch(lost) {
    this.lost = lost;
    this.repaired = new Set();
    this.observer = new MutationObserver((records) => this.inspect(records));
    this.observer.observe(this.root, { childList: true, characterData: true, subtree: true });
  }

  inspect(records) {
    const touched = new Set();
    for (const { target } of records.filter(({ target }) => target.isConnected)) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      const block = this.elements.indexOf(element?.closest(".b"));
      if (block >= 0) touched.add(block);
      else for (const index of this.elements.keys()) touched.add(index);
    }
    for (const index of touched) this.repair(index);
  }

  repair(index) {
    const element = this.elements[index];
    const there = this.root.contains(element);
    if (there && element.textContent === this.article.blocks[index].text) return;
    if (!there || this.repaired.has(index)) return void this.lost();
    this.repaired.add(index);
    this.paint([index]);
  }

  /** The code point at a place in the DOM; places outside the blocks count as the next block. */
  pointOf(node, offset) {
    const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest(".b");
    if (!element || !this.root.contains(element)) return this.pointOutside(node, offset);
    const range = document.createRange();
    range.setStart(element, 0);
    range.setEnd(node, offset);
    const { start, table } = this.article.blocks[this.indexOf(element)];
    return start + (table.toPoints(range.toString().length) ?? table.length);
  }

  indexOf(element) {
    return this.article.blockAt(Number(element.dataset.s));
  }

  pointOutside(node, offset) {
    const place = document.createRange();
    place.setStart(node, offset);
    let low = 0;
    let high = this.elements.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.comparePoint(this.elements[middle], 0) >= 0) high = middle;
      else low = middle + 1;
    }
    return low < this.elements.length ? this.article.starts[low] : this.article.length;
  }

  /** The text node and unit at a code point; at a seam the end of what is before with `after` false. */
  placeOf(point, after = true) {
    const index = this.article.blockAt(
      after ? Math.min(point, this.article.length - 1) : Math.max(point - 1, 0),
    );
    const { start, table } = this.article.blocks[index];
    let left = table.toUnits(point - start);
    const walker = document.createTreeWalker(this.elements[index], NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && (after ? left >= node.length : left > node.length)) {
      const next = walker.nextNode();
      if (!next) break;
      left -= node.length;
      node = next;
    }
    return node ? [node, Math.min(left, node.length)] : [this.elements[index], 0];
  }

  rangeOf(start, end) {
    const range = document.createRange();
    range.setStart(...this.placeOf(start));
    range.setEnd(...this.placeOf(end, false));
    return range;
  }

  /** The code point under a place in the window, or null when no text is there. */
  pointFrom(x, y) {
    const place = document.caretPositionFromPoint?.(x, y);
    if (place) return this.pointIn(place.offsetNode, place.offset, x, y);
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? this.pointIn(range.startContainer, range.startOffset, x, y) : null;
  }

  /** Browsers answer for margins too: a hit must lie in the lines of a block. */
  pointIn(node, offset, x, y) {
    const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".b");
    if (!element || !this.root.contains(element)) return null;
    const box = element.getBoundingClientRect();
    if (y < box.top || y > box.bottom || x < box.left - 8 || x > box.right + 8) return null;
    const point = this.pointOf(node, offset);
    const { start, end } = this.article.blocks[this.indexOf(element)];
    return Math.min(Math.max(point, start), end - 1);
  }

  /** Brings a stretch into view, a third down, when it is not there. */
  reveal(start, end) {
    const box = this.rangeOf(start, end).getBoundingClientRect();
    const style = getComputedStyle(this.root);
    const top = Number.parseFloat(style.scrollMarginTop) || 0;
    const bottom = window.innerHeight - (Number.parseFloat(style.scrollMarginBottom) || 0);
    if (box.top >= top && box.bottom <= bottom) return;
    window.scrollBy({ top: box.top - top - (bottom - top) / 3, behavior: "instant" });
  }
}

// Passing states over the text (cursor, kept selection, link target) by the Custom Highlight
// API; where a browser has none, a box is laid over the first line of the range.

const api = globalThis.CSS?.highlights && globalThis.Highlight;

export class Highlights {
  constructor(view, layer) {
    this.view = view;
    this.layer = layer;
    this.kept = new Map();
    new ResizeObserver(() => this.redraw()).observe(view.root); // lines run otherwise
  }

  /** A bar before the word tells the cursor from a chosen span. */
  drawCaret(range) {
    const box = range?.getClientRects()[0];
    this.caret ??= this.layer.appendChild(Object.assign(document.createElement("div"), { className: "caret" }));
    this.caret.hidden = !box;
    if (!box) return;
    const origin = this.layer.getBoundingClientRect();
    const start = this.view.root.dir === "rtl" ? box.right + 3 : box.left - 3;
    Object.assign(this.caret.style, {
      left: `${start - origin.left}px`,
      top: `${box.top - origin.top}px`,
      height: `${box.height}px`,
    });
  }

  /** Shows stretches [[start, end], …] under a name (cursor, pending, target, cue); none clears. */
  show(name, stretches) {
    this.kept.set(name, stretches);
    this.draw(name);
  }

  /** After a block was painted anew its ranges are gone: draw all again. */
  redraw() {
    for (const [name, stretches] of this.kept) if (stretches.length) this.draw(name);
  }

  draw(name) {
    const ranges = this.kept.get(name).map(([start, end]) => this.view.rangeOf(start, end));
    if (name === "cursor") this.drawCaret(ranges[0]);
    if (api) {
      if (ranges.length) CSS.highlights.set(`sm-${name}`, new Highlight(...ranges));
      else CSS.highlights.delete(`sm-${name}`);
      return;
    }
    this.layer.querySelectorAll(`.over-${name}`).forEach((box) => box.remove());
    const origin = this.layer.getBoundingClientRect();
    for (const range of ranges) {
      for (const { left, top, width, height } of [...range.getClientRects()].slice(0, 4)) {
        const box = document.createElement("div");
        box.className = `over over-${name}`;
        Object.assign(box.style, {
          left: `${left - origin.left}px`,
          top: `${top - origin.top}px`,
          width: `${width}px`,
          height: `${height}px`,
        });
        this.layer.append(box);
      }
    }
  }
}
