// The article's page: what is selected in the text goes into the form "not article text".
// Without this script the words are typed or pasted there.

import { stretchOf } from "./selecting.js";

const text = document.getElementById("text");
const form = document.getElementById("region-form");
const blocks = [...text.querySelectorAll(".b")];
const { words, start } = form.elements;

/** The form follows the eye while something is selected, and goes back to its place after. */
function take() {
  const selection = document.getSelection();
  if (form.contains(document.activeElement)) return;
  const inText = !selection.isCollapsed && text.contains(selection.anchorNode);
  const stretch = inText ? stretchOf(selection.getRangeAt(0), blocks) : null;
  form.classList.toggle("ready", stretch !== null);
  if (!stretch) return;
  words.value = stretch.words;
  start.value = stretch.start;
}

let waiting = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(take, 120);
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") form.classList.remove("ready");
});

// Words changed by hand are looked for in the article; their old place means nothing any more.
words.addEventListener("input", () => {
  start.value = "";
});
