// Small articles for the tests: blocks by paragraph, sentences by a plain rule.

import { readFileSync } from "node:fs";

import { Article } from "../../annotations/static/annotations/js/marking/article.js";

/** Blocks end after their line ends, so that they tile the text. */
export function articleOf(text, { regions = [], language = "en" } = {}) {
  const texts = text.match(/[^\n]*\n+|[^\n]+$/gu) ?? [text];
  const sentences = [];
  let start = 0;
  for (const piece of text.match(/[^.!?\n]+[.!?…]*[”"’]?\s*|\n+/gu) ?? []) {
    const end = start + [...piece].length;
    if (piece.trim()) sentences.push([start, end]);
    start = end;
  }
  return new Article({ texts, sentences, regions, language });
}

export function find(article, words, from = 0) {
  const text = article.text;
  const unit = text.indexOf(words, from);
  const start = [...text.slice(0, unit)].length;
  return [start, start + [...words].length];
}

export const read = (article, stretch) => (stretch ? article.slice(...stretch) : stretch);

export const json = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
