// The comparison page: keys walk the cases; each step swaps the comparison in place.
import { keyOf, linkFor } from "./walking.js";

const PLACE = "#comparison";

function go(link) {
  window.htmx.ajax("GET", link.href, { target: PLACE, swap: "outerHTML" }).then(() => {
    window.history.replaceState(null, "", link.href);
    showFocus();
  });
}

function showFocus() {
  const card = document.querySelector(`${PLACE} .focus`);
  if (!card) return;
  const place = document.getElementById(`c${card.dataset.start}`);
  place?.scrollIntoView({ block: "center" });
  card.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  const link = linkFor(document.querySelector(PLACE), keyOf(event));
  if (!link) return;
  event.preventDefault();
  go(link);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const link = event.target.closest(`${PLACE} a[href^="?"]`);
  const mark = event.target.closest(`${PLACE} [data-case]`);
  if (link) {
    event.preventDefault();
    go(link);
  } else if (mark && window.getSelection().isCollapsed) {
    go({ href: `${window.location.pathname}?case=${mark.dataset.case}` });
  }
});

showFocus();
