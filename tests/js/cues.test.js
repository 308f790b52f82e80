import assert from "node:assert/strict";
import { test } from "node:test";

import { guessCue, guessHedge, hedgeOf } from "../../annotations/static/annotations/js/marking/cues.js";
import { articleOf, find, read } from "./sample.js";

function cueOf(text, source, target, previous) {
  const article = articleOf(text);
  const after = previous ? find(article, previous)[1] : 0;
  return read(article, guessCue(article, find(article, source), find(article, target), after));
}

const CASES = [
  ["officials are worried that Keston could act.", "officials", "Keston could act", "are worried"],
  ["officials are worried that the group Keston could act.", "officials", "could act", "are worried"],
  ["Norvia, a loyal partner of Selk, rejected tariffs.", "Norvia", "tariffs", "rejected"],
  ["He has often demanded a refund.", "He", "a refund", "has often demanded"],
  ["Pell, who was a partner, has been critical of the deal.", "Pell", "the deal", "has been critical of"],
  [
    "It was reported that a few were lost.",
    "It was reported",
    "a few were lost",
    "It was reported",
  ],
  ["“We won”, said the mayor.", "the mayor", "We won", "said"],
  ["“We won”, the mayor said on Monday.", "the mayor", "We won", "said on Monday"],
  ["The bridge fell, according to police.", "police", "The bridge fell", "according to"],
  ["According to police, the bridge fell.", "police", "the bridge fell", "According to"],
  ["The mayor told reporters that the “deal” was off.", "The mayor", "the “deal” was off", "told reporters"],
  ["The mayor: we won.", "The mayor", "we won", null],
  ["Norvia, a partner of Selk, rejected it.", "Norvia", "rejected it", null],
  ["“It swayed,” 😮 She left.", "She", "It swayed", "left"],
  ["She 😮 “it swayed”.", "She", "it swayed", null],
  ["The dockers left. The word is out.", "The dockers", "is out", null],
];

for (const [text, source, target, cue] of CASES) {
  test(`cue in: ${text}`, () => assert.equal(cueOf(text, source, target), cue));
}

test("the cue of a second claim begins behind the first", () => {
  const text = "Norvia rejected tariffs as “unlawful” and argued that they could prolong.";
  assert.equal(cueOf(text, "Norvia", "they could prolong", "“unlawful”"), "argued");
});

test("a long gap is cut to the six words nearest the claim", () => {
  const text = "He even made one more very long remark comparing this to that.";
  assert.equal(cueOf(text, "He", "this to that"), "one more very long remark comparing");
});

test("a claim that holds its source has no cue", () => {
  assert.equal(cueOf("The mayor said so.", "The mayor", "The mayor said so"), null);
});

test("hedges are found in a claim", () => {
  assert.equal(guessHedge("alleged Tavish tariffs"), "alleged");
  assert.equal(guessHedge("they could possibly prolong"), "could possibly");
  assert.equal(guessHedge("widely believed to be rigged"), "widely believed");
  assert.equal(guessHedge("The bridge was closed"), "");
  assert.equal(guessHedge("two sheds burned", "Rain fell. It is widely said that "), "It is widely said that");
  assert.equal(guessHedge("two sheds may burn", "It was reported that "), "may");
  assert.equal(guessHedge("two sheds burned", "She said that "), "");
});

test("a hedge is looked for in a claim and right before it", () => {
  const article = articleOf("It is widely said that two sheds burned. The crew allegedly slept.");
  const of = (words) => {
    const [start, end] = find(article, words);
    return hedgeOf(article, { start, end });
  };
  assert.deepEqual(
    ["two sheds burned", "The crew allegedly slept", "crew", "slept"].map(of),
    ["It is widely said that", "allegedly", "", ""],
  );
});
