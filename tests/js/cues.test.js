import assert from "node:assert/strict";
import { test } from "node:test";

import { guessCue, guessHedge } from "../../annotations/static/annotations/js/marking/cues.js";
import { articleOf, find, read } from "./sample.js";

function cueOf(text, source, target, previous) {
  const article = articleOf(text);
  const after = previous ? find(article, previous)[1] : 0;
  return read(article, guessCue(article, find(article, source), find(article, target), after));
}

const CASES = [
  ["officials are concerned that Wagner could act.", "officials", "Wagner could act", "are concerned"],
  ["officials are concerned that the group Wagner could act.", "officials", "could act", "are concerned"],
  ["Russia, a close ally of Syria, condemned strikes.", "Russia", "strikes", "condemned"],
  ["He has repeatedly urged a ceasefire.", "He", "a ceasefire", "has repeatedly urged"],
  ["Putin, who was an ally, has been critical of the war.", "Putin", "the war", "has been critical of"],
  [
    "It has been reported that a few were lost.",
    "It has been reported",
    "a few were lost",
    "It has been reported",
  ],
  ["“We won”, said the mayor.", "the mayor", "We won", "said"],
  ["“We won”, the mayor said on Monday.", "the mayor", "We won", "said on Monday"],
  ["The bridge fell, according to police.", "police", "The bridge fell", "according to"],
  ["According to police, the bridge fell.", "police", "the bridge fell", "According to"],
  ["The mayor told reporters that the “deal” was off.", "The mayor", "the “deal” was off", "told reporters"],
  ["The mayor: we won.", "The mayor", "we won", null],
  ["Russia, an ally of Syria, condemned it.", "Russia", "condemned it", null],
];

for (const [text, source, target, cue] of CASES) {
  test(`cue in: ${text}`, () => assert.equal(cueOf(text, source, target), cue));
}

test("the cue of a second claim begins behind the first", () => {
  const text = "Russia condemned strikes as “unacceptable” and warned that they could escalate.";
  assert.equal(cueOf(text, "Russia", "they could escalate", "“unacceptable”"), "warned");
});

test("a long gap is cut to the six words nearest the claim", () => {
  const text = "He even made one more very long remark comparing this to that.";
  assert.equal(cueOf(text, "He", "this to that"), "one more very long remark comparing");
});

test("a claim that holds its source has no cue", () => {
  assert.equal(cueOf("The mayor said so.", "The mayor", "The mayor said so"), null);
});

test("hedges are found in a claim", () => {
  assert.equal(guessHedge("alleged Israeli airstrikes"), "alleged");
  assert.equal(guessHedge("they could potentially escalate"), "could potentially");
  assert.equal(guessHedge("widely believed to have been orchestrated"), "widely believed");
  assert.equal(guessHedge("The bridge was closed"), "");
});
