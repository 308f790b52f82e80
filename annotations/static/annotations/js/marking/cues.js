// Guesses that save typing, shown at once and editable: cue words of a link, hedge of a claim.

const MOST_WORDS = 6;
const AFTER_WORDS = 3;
const FORMULA_ROOM = 40; // characters in which a formula before a claim is looked for
const LEADING = /^(?:[\s,;:–—-]|(?:and|but|or|then|while|who|which|that)\b)+/iu;
const TRAILING = /(?:[\s,;:–—-]|\b(?:that|whether|if))+$/iu;
const MARKS = /["“”„«»‹›「」]/u;
const BEFORE = /(?:according\s+to|in\s+the\s+words\s+of|citing|per)\s*$/iu;
const HEDGE = new RegExp(
  "\\b(?:(?:widely\\s+)?(?:alleged(?:ly)?|reportedly|purported(?:ly)?|suspected|apparently|unconfirmed" +
    "|accused\\s+of|believed|thought|said\\s+to|claim(?:s|ed)?\\s+to)" +
    "|(?:could|may|might)(?:\\s+(?:possibly|potentially))?|possibly|potentially)\\b",
  "iu",
);
const FORMULA = new RegExp(
  "\\bit\\s+(?:is|was|has\\s+been|had\\s+been)\\s+(?:\\w+ly\\s+)?(?:alleged|believed|claimed|reported" +
    "|rumou?red|said|suspected|thought|understood)\\s+that\\s+$",
  "iu",
);

const points = (text) => [...text].length;

/** Cuts `text`, which begins at `start`, by what the patterns match at its ends. */
function strip(start, text, leading, trailing) {
  const lead = text.match(leading)?.[0] ?? "";
  const rest = text.slice(lead.length);
  const tail = rest.match(trailing)?.[0] ?? "";
  const kept = rest.slice(0, rest.length - tail.length);
  return { start: start + points(lead), text: kept };
}

/** At most `count` words from one end. */
function cap({ start, text }, count, fromEnd) {
  const words = [...text.matchAll(/\S+/gu)];
  if (words.length <= count) return { start, text };
  if (!fromEnd) return { start, text: text.slice(0, words[count - 1].index + words[count - 1][0].length) };
  const from = words[words.length - count].index;
  return { start: start + points(text.slice(0, from)), text: text.slice(from) };
}

const stretch = ({ start, text }) => (text ? [start, start + points(text)] : null);

/** The last clause of a gap: what follows its last comma or quotation mark. */
function lastClause(start, text) {
  const at = Math.max(
    text.lastIndexOf(","),
    text.lastIndexOf(";"),
    ...[...text.matchAll(new RegExp(MARKS, "gu"))].map(({ index }) => index),
  );
  return [start + points(text.slice(0, at + 1)), text.slice(at + 1)];
}

/** A gap up to its first "that": behind it the claim's own clause begins. */
function beforeThat(text) {
  const [head] = text.split(/\bthat\b/iu);
  return /[\p{L}\p{N}]/u.test(head) ? head : text;
}

/** A cue has a letter or digit, and lies within one sentence. */
function isCue(article, stretch) {
  if (!stretch || !/[\p{L}\p{N}]/u.test(article.slice(...stretch))) return false;
  return article.sentenceIndex(stretch[0]) === article.sentenceIndex(stretch[1] - 1);
}

/**
 * Words that tie a source to its claim: those between them, nearest the claim, six at most.
 * With none between: `according to` before the source, up to three words after a source that
 * follows its claim, or the source itself when only "that" stands between ("It has been reported").
 * `after` is the end of the source's previous claim: the next cue begins behind it.
 */
export function guessCue(article, source, target, after = 0) {
  return guesses(article, source, target, after).find((stretch) => isCue(article, stretch)) ?? null;
}

function guesses(article, source, target, after) {
  if (target[0] >= source[1]) {
    const from = Math.max(source[1], Math.min(after, target[0]));
    const gap = article.slice(from, target[0]);
    const found = cap(strip(...lastClause(from, beforeThat(gap)), LEADING, TRAILING), MOST_WORDS, true);
    const formula = /^\s*(?:that\s*)?$/iu.test(gap) ? source : null;
    return [stretch(found), beforeSource(article, source), formula];
  }
  if (target[1] > source[0]) return [];
  const text = article.slice(target[1], source[0]);
  const near = cap(strip(target[1], text, /^[^\p{L}\p{N}]+/u, TRAILING), MOST_WORDS, true);
  return [stretch(near), beforeSource(article, source), afterSource(article, source)];
}

function beforeSource(article, [start]) {
  const from = article.blocks[article.blockAt(start)].start;
  const found = article.slice(from, start).match(BEFORE)?.[0];
  return found ? article.trim(start - points(found), start) : null;
}

function afterSource(article, [, end]) {
  const sentence = article.sentenceAt(end - 1);
  if (!sentence || sentence[1] <= end) return null;
  const text = article.slice(end, sentence[1]).split(/[,;:.!?“”"]/u)[0];
  return stretch(cap(strip(end, text, /^\s+/u, /\s+$/u), AFTER_WORDS, false));
}

/**
 * The hedge words of a claim as they stand in it or right before it, or "". [start, end) is the
 * claim's first fragment.
 */
export function hedgeOf(article, { start, end }) {
  return guessHedge(article.slice(start, end), article.slice(Math.max(0, start - FORMULA_ROOM), start));
}

/** The first hedge in an English claim, else the formula right before it ("It is said that"), or "". */
export function guessHedge(text, before = "") {
  return text.match(HEDGE)?.[0] ?? before.match(FORMULA)?.[0].trimEnd() ?? "";
}
