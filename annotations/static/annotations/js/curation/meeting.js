// The meeting: keys walk the cases and decide; each step swaps the case in place. Without this
// script links and buttons do the same by loading the page.

import { keyedIn } from "../reports/walking.js";

const PLACE = "#meeting";
const BIG = "sourcemark-big-type";

function go(address) {
  window.htmx.ajax("GET", address, { target: PLACE, swap: "outerHTML" }).then(() => {
    window.history.replaceState(null, "", address);
  });
}

function makeBig(big) {
  document.documentElement.classList.toggle("big", big);
  document.querySelector("[data-big]")?.setAttribute("aria-pressed", String(big));
  localStorage.setItem(BIG, big ? "1" : "");
}

function isStep(link) {
  return link?.matches(`${PLACE} a[href*="?"]:not([data-key="d"]):not([data-key="e"])`) && !link.closest(".tabs");
}

document.addEventListener("keydown", (event) => {
  const found = keyedIn(document, event);
  if (!found) return;
  event.preventDefault();
  found.click();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-big]")) {
    makeBig(!document.documentElement.classList.contains("big"));
  }
  const link = event.target.closest("a");
  if (event.ctrlKey || event.metaKey || event.shiftKey || !isStep(link)) return;
  event.preventDefault();
  go(link.href);
});

document.addEventListener("htmx:afterSettle", () => {
  document.querySelector(`${PLACE} [data-focus]`)?.focus({ preventScroll: true });
  document.querySelector(`${PLACE} .meet-list [aria-current="true"]`)?.scrollIntoView({ block: "nearest" });
});

makeBig(document.querySelector(PLACE) !== null && localStorage.getItem(BIG) === "1");
document.documentElement.dataset.ready = "meeting";
