// The codebook's labels as the page uses them, and marks in words.

import { clip } from "./dom.js";
import { hullOf } from "./store.js";

const EXTENT = {
  id: null,
  name: "Extent",
  slug: "extent",
  slot: "x",
  tag: "X",
  extent: "phrase",
  fragments: true,
  attributes: [],
};

export class Labels {
  constructor({ labels = [] } = {}) {
    this.all = labels;
    this.live = labels.filter(({ archived }) => !archived);
    this.byId = new Map(labels.map((label) => [label.id, label]));
  }

  of(span) {
    return span.kind === "extent"
      ? EXTENT
      : (this.byId.get(span.label) ?? { ...EXTENT, name: "Unknown label" });
  }

  byKey(key) {
    return this.live.find((label) => label.key.toLowerCase() === key) ?? null;
  }

  get extent() {
    return EXTENT;
  }

  /** The label that "rest of the paragraph" gives: the outlet's own, else the first that takes whole sentences. */
  get sentence() {
    const takes = this.live.filter(({ extent }) => extent === "sentence");
    return takes.find(({ voice }) => voice === "outlet") ?? takes[0] ?? null;
  }

  /** Whether a span names a source by its label. */
  isSource(span) {
    return span?.kind === "label" && this.of(span).voice === "source";
  }

  /** Whether a link may begin at a span: the server says at which labels. */
  mayBegin(span) {
    return span?.kind === "label" && Boolean(this.of(span).begins);
  }

  /** Where links begin, in words: "a mark of Attribution", or "a source phrase" where many labels may. */
  get beginning() {
    const some = this.all.filter(({ begins }) => begins);
    return some.length === 1 ? `a mark of ${some[0].name}` : "a source phrase";
  }

  /** Why no link may lead from one span to the other, or "": the server's rule, by what it says of each label. */
  misfit(source, target) {
    if (source.kind === "extent") return "A link begins at a source phrase, not at an extent";
    const [from, to] = [this.of(source), this.of(target)];
    if (!from.begins) return `A link begins at ${this.beginning}, not at ${from.name}`;
    if (target.kind === "extent") return "";
    if (to.voice === "outlet") return `${to.name} is the outlet’s own voice: no source answers for it`;
    return to.id === from.id ? `A link leads from ${from.name} to a mark of another kind` : "";
  }

  attributesOf(span) {
    return this.of(span).attributes.filter(({ archived }) => !archived);
  }

  /** {name: ""} for each question in words, answered or not. */
  blank(span) {
    const texts = this.attributesOf(span).filter(({ kind }) => kind === "text");
    return Object.fromEntries(texts.map(({ name }) => [name, ""]));
  }

  /** Required attributes that have no answer yet. */
  missing(span) {
    if (span.state === "suggested") return [];
    return this.attributesOf(span).filter(({ name, required }) => required && !span.attributes[name]);
  }
}

export const quoteOf = (span) => span.fragments.map(({ quote }) => quote).join(" … ");

/** "Attribution: port officials" */
export function nameOf(labels, span, most = 80) {
  return `${labels.of(span).name}: ${clip(quoteOf(span), most)}`;
}

/** The smallest other span around this one, or null. */
export function around(store, span) {
  const [start, end] = hullOf(span);
  const wider = (other) => {
    const [from, to] = hullOf(other);
    return (
      other.id !== span.id && from <= start && to >= end && (to - from > end - start || other.id < span.id)
    );
  };
  return store.at(start).find(wider) ?? null;
}

/** "Attribution: port officials, inside reporting, suggested" */
export function describe(labels, store, span, most) {
  const outer = around(store, span);
  const parts = [nameOf(labels, span, most)];
  if (outer) parts.push(`inside ${labels.of(outer).name.toLowerCase()}`);
  if (span.state === "suggested") parts.push("suggested");
  const missing = labels.missing(span).length;
  if (missing) parts.push(`${missing} to answer`);
  if (span.flag) parts.push("flagged");
  return parts.join(", ");
}

export const countOf = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
