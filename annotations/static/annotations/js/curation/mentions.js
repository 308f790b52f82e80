// Naming people in a comment. Pure: strings in, strings out.

const BEGUN = /(?:^|[^\w@.+-])@([\w.+-]*)$/;

/** What has been typed of a name before the caret, or null where no name is being typed. */
export function begun(text, caret) {
  const found = BEGUN.exec(text.slice(0, caret));
  return found ? found[1] : null;
}

/** People whose name, or any word of how they are shown, begins so: at most `most`.
 * None when the one that fits is typed to its end. */
export function matching(people, typed, most = 6) {
  const sought = typed.toLocaleLowerCase();
  const fits = ({ name, shown }) =>
    [name, ...shown.split(/\s+/)].some((word) => word.toLocaleLowerCase().startsWith(sought));
  const found = people.filter(fits);
  const whole = found.length === 1 && found[0].name.toLocaleLowerCase() === sought;
  return whole ? [] : found.slice(0, most);
}

/** The text with the begun name made whole, and where the caret is then. */
export function named(text, caret, name) {
  const typed = begun(text, caret) ?? "";
  const before = `${text.slice(0, caret - typed.length)}${name} `;
  return { text: before + text.slice(caret).replace(/^ /, ""), caret: before.length };
}
