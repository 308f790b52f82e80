// The sentence form's guarded text: a caret and selections, no changes. What is selected goes
// into the words field, with its place in code points, so that the same words twice are no riddle.

import { countPoints } from "./offsets.js";

const EDITS = ["beforeinput", "cut", "paste", "drop"];

function guard(form) {
  const text = form.querySelector("#guarded");
  const words = form.elements.words;
  const start = form.elements.start;
  const whole = text.value;
  for (const type of EDITS) text.addEventListener(type, (event) => event.preventDefault());
  text.addEventListener("input", () => (text.value = whole)); // what could not be prevented
  const take = () => {
    const { selectionStart: from, selectionEnd: to } = text;
    if (from === to) return;
    const chosen = whole.slice(from, to);
    const lead = chosen.length - chosen.trimStart().length;
    words.value = chosen.trim();
    start.value = countPoints(whole.slice(0, from + lead));
  };
  for (const type of ["select", "keyup", "pointerup"]) text.addEventListener(type, take);
  words.addEventListener("input", () => (start.value = ""));
  form.querySelector("[data-only-script]").hidden = false;
}

document.querySelectorAll("[data-sentence-form]").forEach(guard);
