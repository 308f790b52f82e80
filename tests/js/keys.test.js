import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { endsOf } from "../../annotations/static/annotations/js/marking/card.js";
import { COMMANDS } from "../../annotations/static/annotations/js/marking/help.js";
import { CHORDS, Keymap, chordOf } from "../../annotations/static/annotations/js/marking/keys.js";
import { Labels } from "../../annotations/static/annotations/js/marking/labels.js";
import { ACTS } from "../../annotations/static/annotations/js/marking/moves.js";

const press = (key, code, more = {}) => chordOf({ key, code, ...more });
const shift = { shiftKey: true };

test("digits go by their place: AZERTY, Shift, Caps Lock, numpad", () => {
  assert.equal(press("&", "Digit1"), "1");
  assert.equal(press("1", "Digit1", shift), "Shift+1");
  assert.equal(press("!", "Digit1", shift), "Shift+1");
  assert.equal(press("4", "Numpad4"), "4");
  assert.equal(press("ArrowLeft", "Numpad4"), "ArrowLeft");
  assert.equal(press("¡", "Digit1", { altKey: true }), "Alt+1");
});

test("letters go by what they type, in other scripts by their place", () => {
  assert.equal(press("a", "KeyQ"), "a");
  assert.equal(press("L", "KeyL"), "l");
  assert.equal(press("U", "KeyU", shift), "Shift+u");
  assert.equal(press("о", "KeyJ"), "j");
});

test("comma and full stop are found with Shift and Alt on US, German and French keyboards", () => {
  assert.equal(press(">", "Period", shift), "Shift+.");
  assert.equal(press(":", "Period", shift), "Shift+.");
  assert.equal(press(";", "Comma", shift), "Shift+,");
  assert.equal(press("≥", "Period", { altKey: true }), "Alt+.");
  assert.equal(press(",", "KeyM"), ",");
});

test("keys of an input method, dead keys and AltGr are not ours", () => {
  assert.equal(press("a", "KeyA", { isComposing: true }), "");
  assert.equal(press("Dead", "BracketLeft"), "");
  assert.equal(press("@", "KeyQ", { getModifierState: (name) => name === "AltGraph" }), "");
});

test("Ctrl and Command are one", () => {
  assert.equal(press("z", "KeyZ", { ctrlKey: true }), "mod+z");
  assert.equal(press("Z", "KeyZ", { metaKey: true, shiftKey: true }), "mod+Shift+z");
  assert.equal(press("?", "Slash", shift), "?");
});

test("a keymap finds commands and labels", () => {
  const keys = new Keymap(["1", "2"]);
  assert.deepEqual(keys.find("2"), { command: "label", key: "2" });
  assert.deepEqual(keys.find("Shift+2"), { command: "label-second", key: "2" });
  assert.deepEqual(keys.find("Alt+2"), { command: "label-exact", key: "2" });
  assert.deepEqual(keys.find("Shift+."), { command: "start-out" });
  assert.equal(keys.find("mod+2"), null);
  assert.equal(keys.find("z"), null);
});

test("a key can be moved, and a clash is told", () => {
  const keys = new Keymap(["1"], { link: ["z"] });
  assert.deepEqual(keys.find("z"), { command: "link" });
  assert.equal(keys.find("l"), null);
  assert.equal(keys.clash("j", "link"), "next");
  assert.equal(keys.clash("z", "link"), null);
  assert.equal(keys.clash("1", "link"), "label");
});

test("the keys that a codebook may give to labels are no commands", () => {
  const python = readFileSync(new URL("../../annotations/study/models/codebook.py", import.meta.url), "utf8");
  const [, offered] = /^LABEL_KEYS = "(.+)"$/mu.exec(python);
  const taken = new Set(Object.values(CHORDS).flat());
  assert.ok(offered.length >= 15);
  for (const key of offered) {
    assert.ok(!taken.has(key), key);
    assert.deepEqual(new Keymap([...offered]).find(`Shift+${key}`), { command: "label-second", key });
  }
});

test("a label’s letter takes no flag off and is no number of a claim", () => {
  const labels = new Labels({ labels: [{ id: "B", name: "Tenth", key: "b", begins: true }] });
  const refusals = [];
  const desk = (mode) => ({
    mode,
    labels,
    refuse: (text) => (refusals.push(text), false),
    setMode: () => assert.fail("the mode ended"),
    commit: () => assert.fail("something was changed"),
    span: { id: "s", kind: "label", label: "B", flag: "label" },
  });
  assert.equal(ACTS.label(desk({ name: "flag" }), "b"), false);
  assert.equal(ACTS.label(desk({ name: "link", candidates: [] }), "b"), false);
  assert.match(refusals[0], /0 no flag$/u);
  assert.match(refusals[1], /^A digit takes a claim/u);
});

test("the arrows beside an end point where the end goes, in Hebrew and Arabic too", () => {
  const commands = (direction) =>
    endsOf(direction).flatMap(([, , pair]) => pair.map(([command, arrow]) => `${arrow} ${command}`));
  assert.deepEqual(commands("ltr"), ["← start-out", "→ start-in", "← end-in", "→ end-out"]);
  assert.deepEqual(commands("rtl"), ["← start-in", "→ start-out", "← end-out", "→ end-in"]);
});

test("no two commands share a chord", () => {
  const chords = Object.values(CHORDS).flat();
  assert.equal(new Set(chords).size, chords.length);
});

test("on AZERTY the keys of comma and full stop stay where they are", () => {
  assert.equal(press(";", "Comma"), ",");
  assert.equal(press(":", "Period"), ".");
  assert.equal(press(".", "Comma", shift), "Shift+,");
});

test("every command has keys, an act, and a line in the help", () => {
  const commands = Object.keys(CHORDS).sort();
  assert.deepEqual(Object.keys(ACTS).sort(), commands);
  assert.deepEqual(COMMANDS.map(([command]) => command).sort(), commands);
});
