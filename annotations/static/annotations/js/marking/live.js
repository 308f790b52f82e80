// The one polite live region; how much it says is the person's choice.

const KEY = "sourcemark.speech";
export const LEVELS = { full: "Everything", brief: "Results only", off: "Nothing" };

export class Live {
  constructor(region) {
    this.region = region;
    this.level = localStorage.getItem(KEY) ?? "full";
  }

  setLevel(level) {
    this.level = level;
    localStorage.setItem(KEY, level);
  }

  /** What an action did. */
  say(text) {
    if (this.level !== "off") this.put(text);
  }

  /** Where the cursor is: left out when only results are wanted. */
  place(text) {
    if (this.level === "full") this.put(text);
  }

  /** The same sentence twice must be heard twice: the region is emptied first. */
  put(text) {
    this.region.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.region.textContent = text), 30);
  }
}
