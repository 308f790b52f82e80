// Pages with comments: Ctrl+Enter sends, @ offers names, words selected in the text go into the
// form. Without this script names and words are typed.

import { stretchOf } from "../corpus/selecting.js";
import { typedSince } from "./drafts.js";
import { begun, matching, named } from "./mentions.js";

const people = JSON.parse(document.getElementById("people")?.textContent ?? "[]");
let list = null;

function close() {
  list?.field.removeAttribute("aria-activedescendant");
  list?.field.removeAttribute("aria-controls");
  list?.box.remove();
  list = null;
}

function option(person, index) {
  const row = document.createElement("li");
  row.id = `person-${index}`;
  row.setAttribute("role", "option");
  row.dataset.name = person.name;
  const handle = document.createElement("span");
  handle.className = "muted";
  handle.textContent = ` @${person.name}`;
  row.append(person.shown, handle);
  return row;
}

function choose(at) {
  const rows = [...list.box.children];
  list.at = (at + rows.length) % rows.length;
  rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === list.at)));
  list.field.setAttribute("aria-activedescendant", rows[list.at].id);
}

function offer(field) {
  const typed = begun(field.value, field.selectionStart);
  const found = typed === null ? [] : matching(people, typed);
  close();
  if (!found.length) return;
  const box = document.createElement("ul");
  box.className = "people";
  box.id = "people-list";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "People to name");
  box.append(...found.map(option));
  field.after(box);
  list = { field, box, at: 0 };
  field.setAttribute("aria-controls", box.id);
  field.setAttribute("aria-autocomplete", "list");
  choose(0);
}

function take(row) {
  const { field } = list;
  const made = named(field.value, field.selectionStart, row.dataset.name);
  field.value = made.text;
  field.setSelectionRange(made.caret, made.caret);
  close();
  field.focus();
}

const LIST_KEYS = {
  ArrowDown: () => choose(list.at + 1),
  ArrowUp: () => choose(list.at - 1),
  Enter: () => take(list.box.children[list.at]),
  Tab: () => take(list.box.children[list.at]),
  Escape: close,
};

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-mentions]")) offer(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.(".talk-form textarea") || event.isComposing) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.target.form.requestSubmit();
  } else if (list && list.field === event.target && LIST_KEYS[event.key]) {
    event.preventDefault();
    LIST_KEYS[event.key]();
  }
});

document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest?.(".people li");
  if (row) {
    event.preventDefault();
    take(row);
  } else close();
});

// --- what is typed while a comment is on its way is the beginning of the next --------------------

const fieldIn = (part) => part.querySelector?.(".talk-form textarea");
let [left, pressed] = [null, false]; // {words, caret} of the field that goes; sent again meanwhile

document.addEventListener("submit", ({ target }) => (pressed = target.matches(".talk-form.htmx-request")), true);

document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, target, xhr } }) => {
  const field = fieldIn(target);
  if (!field) return;
  const kept = xhr.status === 200; // else it was refused, and stands there to be mended
  const words = kept ? typedSince(requestConfig.formData.get("text"), field.value) : field.value;
  left = { words, caret: words.length - field.value.length + field.selectionEnd };
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  const field = fieldIn(target);
  if (!field || !left?.words) return;
  field.value = left.words;
  field.setSelectionRange(left.caret, left.caret);
  left = null;
  close();
  if (pressed) field.form.requestSubmit();
});

// --- words of the article, where the page shows it ---------------------------------------------

const text = document.getElementById("text");
const words = document.getElementById("passage-form")?.elements.words;

function follow() {
  const selection = document.getSelection();
  if (selection.isCollapsed || !text.contains(selection.anchorNode)) return;
  const stretch = stretchOf(selection.getRangeAt(0), [...text.querySelectorAll(".b")]);
  if (!stretch) return;
  words.value = stretch.words;
  words.form.elements.start.value = stretch.start;
}

if (text && words) {
  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(follow, 120);
  });
  words.addEventListener("input", () => {
    words.form.elements.start.value = "";
  });
}
