// The article's page: what is selected in the text goes into the form "not article text".
// Without this script the words are typed or pasted there.

import { stretchOf } from "./selecting.js";

const text = document.getElementById("text");
const form = document.getElementById("region-form");
const blocks = [...text.querySelectorAll(".b")];
const { words, start } = form.elements;

function take() {
  const selection = document.getSelection();
  if (selection.isCollapsed || !text.contains(selection.anchorNode)) return;
  const stretch = stretchOf(selection.getRangeAt(0), blocks);
  if (!stretch) return;
  words.value = stretch.words;
  start.value = stretch.start;
  form.classList.add("ready");
}

let waiting = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(take, 120);
});

// Words changed by hand are looked for in the article; their old place means nothing any more.
words.addEventListener("input", () => {
  start.value = "";
});
