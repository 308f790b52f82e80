// Which link or button a key stands for. Pure: tested without a browser.

const TYPING = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** The key as links name it ("j", "2"), or "" when it is meant for something else. */
export function keyOf({ key, code, ctrlKey, metaKey, altKey, isComposing, target }) {
  if (ctrlKey || metaKey || altKey || isComposing || TYPING.has(target?.tagName)) return "";
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code ?? "");
  return digit ? digit[1] : (key ?? "").toLowerCase();
}

/** The link inside `place` that carries the key, or null. */
export function linkFor(place, key) {
  if (!place || !/^[a-z0-9]$/.test(key)) return null;
  return place.querySelector(`a[data-key="${key}"]`);
}

/** The link or button that a key press means, or null. None while an answer of the server is on its
 * way: the buttons still there are those of what one has just left. */
export function keyedIn(page, event) {
  const key = keyOf(event);
  if (event.repeat || !/^[a-z0-9]$/.test(key) || page.querySelector(".htmx-request")) return null;
  return page.querySelector(`main [data-key="${key}"]`);
}
