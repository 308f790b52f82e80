// The article as blocks of fixed text, with its words and sentences. Offsets are code points.

import { makeTable } from "./offsets.js";
import { segment } from "./segmenting.js";

/** Index of the last entry whose start is at or before `point`; entries are sorted by start. */
export function lastAtOrBefore(starts, point) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= point) low = middle;
    else high = middle - 1;
  }
  return low;
}

const HYPHEN = /^[-\u2010\u2011]$/u;

export class Article {
  /** texts: the text of every block, in order; they tile the article without gaps. */
  constructor({ texts, sentences = [], regions = [], language = "en" }) {
    let start = 0;
    this.language = language;
    this.regions = regions.map(([s, e]) => [s, e]);
    this.blocks = texts.map((text) => {
      const table = makeTable(text);
      const block = { start, end: start + table.length, text, table };
      start = block.end;
      return block;
    });
    this.length = start;
    this.starts = this.blocks.map((block) => block.start);
    this.sentences = sentences.map(([s, e]) => this.trim(s, e)).filter(([s, e]) => s < e);
    this.sentenceStarts = this.sentences.map(([s]) => s);
    this.piecesOf = new Map();
    this.wordsOf = new Map();
  }

  blockAt(point) {
    return lastAtOrBefore(this.starts, point);
  }

  /** First and last index of the blocks that [start, end) touches. */
  blocksOf(start, end) {
    return [this.blockAt(start), this.blockAt(Math.max(start, end - 1))];
  }

  slice(start, end) {
    const parts = [];
    const [first, last] = this.blocksOf(start, end);
    for (let i = first; i <= last && start < end; i += 1) {
      const { start: offset, end: stop, text, table } = this.blocks[i];
      const from = table.toUnits(Math.max(start, offset) - offset);
      parts.push(text.slice(from, table.toUnits(Math.min(end, stop) - offset)));
    }
    return parts.join("");
  }

  get text() {
    return this.blocks.map((block) => block.text).join("");
  }

  /** [start, end) without the white space at its ends. */
  trim(start, end) {
    const text = this.slice(start, end);
    const lead = text.length - text.trimStart().length;
    const tail = text.length - text.trimEnd().length;
    if (lead === text.length) return [start, start];
    return [
      start + makeTable(text.slice(0, lead)).length,
      end - makeTable(tail ? text.slice(-tail) : "").length,
    ];
  }

  /** Segments of a block at word edges: {start, end, word}; `word` is false for gaps and marks. */
  pieces(index) {
    let pieces = this.piecesOf.get(index);
    if (!pieces) {
      const { start, text, table } = this.blocks[index];
      pieces = segment(text, "word", this.language).map(({ from, to, word }) => ({
        start: start + table.toPoints(from),
        end: start + table.toPoints(to),
        word,
      }));
      this.piecesOf.set(index, pieces);
    }
    return pieces;
  }

  /** Words as the cursor goes: SA-22 and 2023-11-10 are one each, though UAX 29 cuts at hyphens. */
  words(index) {
    let words = this.wordsOf.get(index);
    if (!words) {
      words = [];
      for (const piece of this.pieces(index)) {
        const last = words.at(-1);
        const joins = piece.word && last?.end === piece.start - 1 && HYPHEN.test(this.slice(last.end, piece.start));
        if (joins) words[words.length - 1] = { ...last, end: piece.end };
        else if (piece.word) words.push(piece);
      }
      this.wordsOf.set(index, words);
    }
    return words;
  }

  /** The piece of text (word, gap or punctuation) that holds `point`. */
  pieceAt(point) {
    const inside = Math.min(Math.max(point, 0), this.length - 1);
    const pieces = this.pieces(this.blockAt(inside));
    return pieces.find((piece) => piece.end > inside) ?? pieces.at(-1);
  }

  /** The word at `point`, on an opening mark the one behind it; else the nearest before, else the next. */
  wordAt(point) {
    const words = this.words(this.blockAt(Math.min(point, this.length - 1)));
    const next = words.find((word) => word.end > point);
    const opens = () => /^\s\S+$/u.test(this.slice(point - 1, next.start));
    if (next && (next.start <= point || opens())) return next;
    return words.findLast((word) => word.end <= point) ?? this.nextWord(point);
  }

  /** The word at `point`, else the next: what opens with “ or a dash begins with the word behind it. */
  wordFrom(point) {
    const held = this.words(this.blockAt(point)).find((word) => word.end > point);
    return held ?? this.nextWord(point) ?? this.wordAt(point);
  }

  nextWord(point) {
    for (let i = this.blockAt(point); i < this.blocks.length; i += 1) {
      const word = this.words(i).find((each) => each.start >= point);
      if (word) return word;
    }
    return null;
  }

  /** The word that `point` lies within, else the next. */
  wordEndingAfter(point) {
    const held = this.words(this.blockAt(Math.min(point, this.length - 1))).find(({ end }) => end > point);
    return held ?? this.nextWord(point);
  }

  /** The word that `point` lies within, else the one before. */
  wordBeginningBefore(point) {
    const held = this.words(this.blockAt(Math.max(0, point - 1))).findLast(({ start }) => start < point);
    return held ?? this.previousWord(point);
  }

  previousWord(point) {
    for (let i = this.blockAt(Math.max(0, point - 1)); i >= 0; i -= 1) {
      const word = this.words(i).findLast((each) => each.end <= point);
      if (word) return word;
    }
    return null;
  }

  /** Index of the sentence that holds `point`, or the last one before it. */
  sentenceIndex(point) {
    return this.sentences.length ? lastAtOrBefore(this.sentenceStarts, point) : -1;
  }

  sentenceAt(point) {
    return this.sentences[this.sentenceIndex(point)] ?? null;
  }

  /** [start, end) cut back to markable text, or null when a region lies inside or covers it. */
  markable(start, end) {
    for (const [from, to] of this.regions) {
      if (from <= start && to > start) start = to;
      if (from < end && to >= end) end = from;
    }
    [start, end] = start < end ? this.trim(start, end) : [start, start];
    if (start >= end) return null;
    return this.regions.some(([from, to]) => from < end && to > start) ? null : [start, end];
  }
}
