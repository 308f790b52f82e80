// Word and grapheme edges, snapping, quotations. Pure; offsets in code points but for `segment`.

const FALLBACK = {
  word: /[\p{L}\p{N}\p{M}_]+(?:['’.][\p{L}\p{N}\p{M}]+)*|\s+|[^\s]/gu,
  grapheme: /\r\n|\P{M}(?:\u200d\P{M}|[\p{M}\ufe0f\u{1f3fb}-\u{1f3ff}])*|\p{M}+/gu,
};
const WORDLIKE = /[\p{L}\p{N}]/u;
const segmenters = new Map();

function segmenter(granularity, language) {
  const key = `${granularity} ${language}`;
  if (!segmenters.has(key)) {
    let made;
    try {
      made = new Intl.Segmenter(language || "en", { granularity });
    } catch {
      made = globalThis.Intl?.Segmenter ? new Intl.Segmenter("en", { granularity }) : null;
    }
    segmenters.set(key, made);
  }
  return segmenters.get(key);
}

export function segmentByPattern(text, granularity) {
  return [...text.matchAll(FALLBACK[granularity])].map(({ 0: piece, index }) => ({
    from: index,
    to: index + piece.length,
    word: WORDLIKE.test(piece),
  }));
}

/** Pieces that tile `text`, as {from, to, word} in UTF-16 units. */
export function segment(text, granularity, language = "en") {
  const cut = segmenter(granularity, language);
  if (!cut) return segmentByPattern(text, granularity);
  return Array.from(cut.segment(text), ({ segment: piece, index, isWordLike }) => ({
    from: index,
    to: index + piece.length,
    word: Boolean(isWordLike),
  }));
}

/** Grows [start, end) so that no grapheme cluster is cut (emoji, letters with marks). */
export function growToGraphemes(article, start, end) {
  return [edge(article, start, -1), edge(article, end, 1)];
}

function edge(article, point, direction) {
  const block = article.blocks[article.blockAt(Math.min(point, article.length - 1))];
  const unit = block.table.toUnits(point - block.start);
  if (unit <= 0 || unit >= block.text.length) return point;
  const held = segment(block.text, "grapheme", article.language).find(
    ({ from, to }) => from < unit && to > unit,
  );
  if (!held) return point;
  return block.start + block.table.toPoints(direction < 0 ? held.from : held.to);
}

/** The next grapheme edge from `point` in `direction` (-1 or 1). */
export function stepGrapheme(article, point, direction) {
  const near = Math.min(Math.max(point + (direction < 0 ? -1 : 0), 0), article.length - 1);
  const block = article.blocks[article.blockAt(near)];
  const unit = block.table.toUnits(near - block.start);
  const held = segment(block.text, "grapheme", article.language).find(({ to }) => to > unit);
  if (!held) return point;
  return block.start + block.table.toPoints(direction < 0 ? held.from : held.to);
}

const COMMA = /[,;:]$/u;
const FULL_STOP = /[.!?…]$/u;

/** Cuts the comma, and at a sentence end the full stop, from the end of a stretch (rule B1). */
export function withoutFinalMark(article, start, end) {
  const last = article.slice(end - 1, end);
  const sentence = article.sentenceAt(end - 1);
  const cut = COMMA.test(last) || (FULL_STOP.test(last) && sentence && end >= sentence[1]);
  return cut && end - 1 > start ? [start, article.trim(start, end - 1)[1]] : [start, end];
}

const QUOTES = { "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", '"': '"', "「": "」", "‹": "›" };

/** Takes in the quotation mark that opens or closes what stands in the stretch (rule B3). */
export function withQuotationMarks(article, start, end) {
  const [before, after] = [article.slice(Math.max(0, start - 1), start), article.slice(end, end + 1)];
  const inside = article.slice(start, end);
  const closes = (open) => Boolean(after) && (QUOTES[open] ?? "").includes(after);
  if (closes(before)) return [start - 1, end + 1];
  const opened = [...inside].findLast((char) => QUOTES[char]);
  if (opened && closes(opened) && !inside.slice(inside.lastIndexOf(opened) + 1).includes(after))
    return [start, end + 1];
  const first = [...inside].find((char) => (QUOTES[before] ?? "").includes(char));
  return first && !inside.slice(0, inside.indexOf(first)).includes(before) ? [start - 1, end] : [start, end];
}

/**
 * What a selection marks: whole words without outer white space, or with `exact` its very
 * characters (but never half a grapheme). `whole` keeps a final full stop, `quoted` takes in
 * the quotation marks. Null when empty.
 */
export function snap(article, start, end, { exact = false, whole = false, quoted = false } = {}) {
  [start, end] = article.trim(start, end);
  if (start >= end) return null;
  if (exact) return growToGraphemes(article, start, end);
  start = article.pieceAt(start).start;
  end = article.pieceAt(end - 1).end;
  [start, end] = growToGraphemes(article, ...article.trim(start, end));
  if (quoted) return withQuotationMarks(article, ...withoutFinalMark(article, start, end));
  if (!whole) return withoutFinalMark(article, start, end);
  return withFullStop(article, start, end);
}

/** A stretch from the very start of a sentence to its last word takes the full stop too. */
function withFullStop(article, start, end) {
  const sentence = article.sentenceAt(end - 1);
  const rest = sentence ? article.slice(end, sentence[1]) : "x";
  return /^[.!?…”’"'»)\]]*$/u.test(rest) && start <= sentence[0] ? [start, sentence[1]] : [start, end];
}

/** The innermost quotation around `point` within its block, with its marks; null if there is none. */
export function quotationAt(article, point) {
  const { start, text } = article.blocks[article.blockAt(point)];
  const chars = [...text];
  const at = point - start;
  const letter = (i) => /[\p{L}\p{N}]/u.test(chars[i] ?? "");
  const open = [];
  for (let i = 0; i < chars.length; i += 1) {
    const last = open.at(-1);
    const apostrophe = chars[i] === "’" && letter(i - 1) && letter(i + 1);
    if (last && !apostrophe && QUOTES[last.mark].includes(chars[i])) {
      open.pop();
      if (last.i <= at && at <= i) return [start + last.i, start + i + 1];
    } else if (QUOTES[chars[i]] && !letter(i - 1)) {
      open.push({ i, mark: chars[i] });
    }
  }
  return null;
}

/**
 * One word (or with `exact` one character) out or in at one end of [start, end). Words stop at the
 * sentence; `whole` may take in what opens or closes it (quotation mark, full stop). Null at an end.
 */
export function nudge(article, [start, end], side, direction, { exact = false, whole = false } = {}) {
  const point = side === "end" ? end : start;
  const moved = exact
    ? stepBy(article, point, direction)
    : wordEdge(article, point, side, direction, whole);
  if (moved === null) return null;
  const next = side === "end" ? [start, moved] : [moved, end];
  return next[0] < next[1] ? next : null;
}

function stepBy(article, point, direction) {
  const moved = stepGrapheme(article, point, direction);
  return moved === point ? null : moved;
}

function wordEdge(article, point, side, direction, whole) {
  if (side === "end") {
    if (direction < 0) return article.previousWord(point - 1)?.end ?? null;
    const limit = article.sentenceAt(point - 1)?.[1] ?? article.length;
    const word = article.wordEndingAfter(point);
    if (word && word.end <= limit) return word.end;
    return whole && point < limit ? limit : null;
  }
  if (direction > 0) return article.nextWord(point + 1)?.start ?? null;
  const limit = article.sentenceAt(point)?.[0] ?? 0;
  const word = article.wordBeginningBefore(point);
  if (word && word.start >= limit) return word.start;
  return whole && point > limit ? limit : null;
}

/** Where the ends of a span have been: a step back leads to the very place that was left. */
export class Trail {
  constructor() {
    this.steps = [];
  }

  /** The stretch before the step that this one takes back; null when it takes none back. */
  back(span, side, direction, here) {
    const last = this.steps.at(-1);
    const same = last && last.id === span.id && last.side === side && String(last.to) === String(here);
    return same && last.direction === -direction ? last.from : null;
  }

  note(span, side, direction, from, to) {
    const back = this.back(span, side, direction, from);
    if (back && String(back) === String(to)) this.steps.pop();
    else this.steps = [...this.steps.slice(-50), { id: span.id, side, direction, from, to }];
  }
}
