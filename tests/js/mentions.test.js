import assert from "node:assert/strict";
import test from "node:test";
import { begun, matching, named } from "../../annotations/static/annotations/js/curation/mentions.js";

const people = [
  { name: "bob", shown: "Bob Brill" },
  { name: "c.ott", shown: "Carol Ott" },
];

test("a name begins with @ after a space, a bracket or at the start, not within an address", () => {
  assert.equal(begun("@bo", 3), "bo");
  assert.equal(begun("see (@c.o", 9), "c.o");
  assert.equal(begun("mail bob@exa", 12), null);
  assert.equal(begun("@bob said", 9), null);
});

test("people are found by user name and by any word of their name", () => {
  assert.deepEqual(matching(people, "ott"), [people[1]]);
  assert.deepEqual(matching(people, "B"), [people[0]]);
  assert.deepEqual(matching(people, ""), people);
});

test("a name is made whole where the caret stands", () => {
  assert.deepEqual(named("ask @bo please", 7, "bob"), { text: "ask @bob please", caret: 9 });
});
