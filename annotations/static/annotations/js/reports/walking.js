// Which link a key stands for. Pure: tested without a browser.

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
