// What every page may use: dialogs, copy buttons, and a word when a request never arrived.
// data-open="id" opens that <dialog>; data-copy="id" copies that field's value;
// data-said on the copy button's neighbour is where "Copied" is announced.

const alerts = () => document.getElementById("alerts");
const status = () => document.getElementById("messages");

export function say(region, text, tone = "") {
  const line = document.createElement("p");
  line.className = `alert ${tone}`;
  line.textContent = text;
  region?.replaceChildren(line);
}

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    say(status(), "Copied.", "good");
  } catch {
    // Without https the clipboard is closed to scripts: select, so that Ctrl+C is one key away.
    field.focus();
    field.select();
    say(status(), "Selected. Press Ctrl+C to copy.");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-open], [data-copy], [data-close]");
  if (!button) return;
  const { open, copy: source } = button.dataset;
  if (open) document.getElementById(open)?.showModal();
  else if (source) copy(document.getElementById(source));
  else button.closest("dialog")?.close();
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () =>
    say(alerts(), "The site could not be reached. Nothing was changed; try again.", "bad"),
  );
}

// On a phone sections and tabs are one row that can be pushed aside: begin where one is.
for (const current of document.querySelectorAll(":is(.sections, .tabs) > [aria-current]")) {
  const row = current.parentElement;
  const [place, within] = [current.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += place.left + place.width / 2 - within.left - within.width / 2;
}

// Once somebody has signed out, what the browser kept of their pages for Back is asked for again.
const OUT = "sourcemark-out";
if (!("in" in document.body.dataset)) localStorage.setItem(OUT, Date.now());
window.addEventListener("pageshow", (event) => {
  if (event.persisted && localStorage.getItem(OUT) > performance.timeOrigin) location.reload();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "alerts") event.detail.target.scrollIntoView({ block: "nearest" });
});
