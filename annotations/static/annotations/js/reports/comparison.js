// The comparison page: keys walk the cases; each step swaps the comparison in place.
import { keyOf, linkFor } from "./walking.js";

const PLACE = "#comparison";

let going = Promise.resolve();
let steps = 0; // on their way

/** One step after the other: `find` looks for the address on the case that the step before led to. */
function go(find) {
  steps += 1;
  going = going.then(() => step(find())).catch(() => {}).finally(() => (steps -= 1));
}

async function step(address) {
  if (!address) return;
  await window.htmx.ajax("GET", address, { target: PLACE, swap: "outerHTML" });
  window.history.replaceState(null, "", address);
  showFocus();
}

function showFocus() {
  const card = document.querySelector(`${PLACE} .focus`);
  if (!card) return;
  const place = document.getElementById(`c${card.dataset.start}`);
  place?.scrollIntoView({ block: "center" });
  card.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  const key = keyOf(event);
  const find = () => linkFor(document.querySelector(PLACE), key)?.href;
  if (!find()) return;
  event.preventDefault();
  if (!steps || !event.repeat) go(find);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest(`${PLACE} a[href^="?"]`);
  const mark = event.target.closest(`${PLACE} [data-case]`);
  if (link) {
    event.preventDefault();
    const { href } = link;
    go(() => href);
  } else if (mark && window.getSelection().isCollapsed) {
    go(() => `${window.location.pathname}?case=${mark.dataset.case}`);
  }
});

showFocus();
