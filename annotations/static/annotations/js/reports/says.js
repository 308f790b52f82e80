// What a figure says in plain words, beside it while it is pointed at or focused.
import { besideBox } from "./placing.js";

const tip = document.createElement("p");
tip.className = "says";
tip.id = "says";
tip.setAttribute("role", "tooltip");
tip.hidden = true;
document.body.append(tip);

let shown = null;

function show(link) {
  hide();
  shown = link;
  tip.textContent = link.dataset.says;
  tip.hidden = false;
  link.setAttribute("aria-describedby", tip.id);
  place();
}

function place() {
  if (!shown) return;
  const room = { width: document.documentElement.clientWidth, height: window.innerHeight };
  const at = besideBox(shown.getBoundingClientRect(), tip.getBoundingClientRect(), room);
  tip.style.left = `${at.left}px`;
  tip.style.top = `${at.top}px`;
}

function hide() {
  shown?.removeAttribute("aria-describedby");
  shown = null;
  tip.hidden = true;
}

const figureOf = (event) => event.target.closest?.("a[data-says]");

for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const link = figureOf(event);
    if (link) show(link);
  });
}
for (const kind of ["mouseout", "focusout"]) {
  document.addEventListener(kind, (event) => {
    if (figureOf(event) === shown) hide();
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
});
document.addEventListener("scroll", place, { capture: true, passive: true });

if (document.activeElement?.matches("a[data-says]")) show(document.activeElement);
