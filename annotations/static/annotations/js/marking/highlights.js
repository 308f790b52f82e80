// Passing states over the text (cursor, kept selection, link target) by the Custom Highlight
// API; where a browser has none, a box is laid over the first line of the range.

const api = globalThis.CSS?.highlights && globalThis.Highlight;

export class Highlights {
  constructor(view, layer) {
    this.view = view;
    this.layer = layer;
    this.kept = new Map();
  }

  /** Shows stretches [[start, end], …] under a name (cursor, pending, target, cue); none clears. */
  show(name, stretches) {
    this.kept.set(name, stretches);
    this.draw(name);
  }

  /** After a block was painted anew its ranges are gone: draw all again. */
  redraw() {
    for (const [name, stretches] of this.kept) if (stretches.length) this.draw(name);
  }

  draw(name) {
    const ranges = this.kept.get(name).map(([start, end]) => this.view.rangeOf(start, end));
    if (api) {
      if (ranges.length) CSS.highlights.set(`sm-${name}`, new Highlight(...ranges));
      else CSS.highlights.delete(`sm-${name}`);
      return;
    }
    this.layer.querySelectorAll(`.over-${name}`).forEach((box) => box.remove());
    const origin = this.layer.getBoundingClientRect();
    for (const range of ranges) {
      for (const { left, top, width, height } of [...range.getClientRects()].slice(0, 4)) {
        const box = document.createElement("div");
        box.className = `over over-${name}`;
        Object.assign(box.style, { left: `${left - origin.left}px`, top: `${top - origin.top}px`, width: `${width}px`, height: `${height}px` });
        this.layer.append(box);
      }
    }
  }
}
