// The side list: marks of the sections in view, or what a search finds; never all of thousands.

import { lastAtOrBefore } from "./article.js";
import { rowButton } from "./card.js";
import { betweenClicks, byId, h, showWithin } from "./dom.js";
import { countOf, describe, quoteOf } from "./labels.js";

const MOST = 200;

const FILTERS = {
  missing: (labels) => (span) => labels.missing(span).length > 0,
  flag: () => (span) => Boolean(span.flag),
  suggested: () => (span) => span.state === "suggested",
  extent: () => (span) => span.kind === "extent",
};

export class List {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("list");
    this.search = byId("list-search");
    this.filter = byId("list-label");
    this.inView = new Set();
    this.redraw = betweenClicks(this.root, () => this.draw());
    this.watch();
    this.root.addEventListener("click", (event) => {
      const item = event.target.closest("[data-id]");
      if (item) desk.choose(item.dataset.id);
    });
    this.search.addEventListener("input", () => this.soon());
    this.filter.addEventListener("input", () => this.soon());
    desk.on("marks", () => this.soon());
    desk.on("chosen", () => this.current());
    this.draw();
  }

  watch() {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.inView.add(target);
        else this.inView.delete(target);
      }
      this.soon();
    });
    for (const section of this.desk.view.root.querySelectorAll("section")) observer.observe(section);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.redraw, 80);
  }

  /** Spans to show, in reading order, and whether they are only those in view. */
  wanted() {
    const { desk } = this;
    const words = this.search.value.trim().toLowerCase();
    const kind = this.filter.value;
    const fits = FILTERS[kind]?.(desk.labels) ?? (kind ? (span) => span.label === kind : () => true);
    const named = (span) =>
      !words || `${desk.labels.of(span).name} ${quoteOf(span)} ${span.note}`.toLowerCase().includes(words);
    if (words || kind)
      return { spans: desk.store.inOrder().filter((span) => fits(span) && named(span)), part: false };
    const spans = new Set();
    for (const section of this.inView) {
      for (const block of section.children)
        for (const span of desk.store.inBlock(desk.view.indexOf(block))) spans.add(span);
    }
    const all = desk.store.inOrder();
    return {
      spans: all.length > MOST ? all.filter((span) => spans.has(span)) : all,
      part: all.length > MOST,
    };
  }

  draw() {
    const { desk } = this;
    const { spans, part } = this.wanted();
    const shown = spans.slice(0, MOST);
    byId("n-spans").textContent = desk.store.spans.size;
    const held = this.root.contains(document.activeElement) && document.activeElement.dataset.id;
    this.root.replaceChildren(...shown.map((span) => this.item(span)));
    if (held) this.root.querySelector(`[data-id="${held}"]`)?.focus({ preventScroll: true });
    byId("list-note").textContent =
      spans.length > MOST
        ? `${countOf(spans.length - MOST, "more mark")}: search to narrow them down.`
        : part
          ? "Marks of the part in view. Search finds all."
          : shown.length
            ? ""
            : "No marks to show.";
  }

  item(span) {
    const { labels, store, spanId } = this.desk;
    const open = labels.missing(span).length;
    return h(
      "li",
      {},
      rowButton(
        labels,
        span,
        {
          data: { id: span.id },
          "aria-current": span.id === spanId ? "true" : null,
          "aria-label": describe(labels, store, span, 120),
        },
        open > 0 && h("span", { class: "to-answer" }, ` · ${open} to answer`),
        span.flag && h("span", { class: "to-answer" }, " · flagged"),
        span.state === "suggested" && h("span", { class: "muted" }, " · suggestion"),
      ),
    );
  }

  current() {
    for (const item of this.root.querySelectorAll("[data-id]")) {
      const on = item.dataset.id === this.desk.spanId;
      if (on === item.hasAttribute("aria-current")) continue;
      item.toggleAttribute("aria-current", on);
      if (on) item.setAttribute("aria-current", "true");
      if (on) showWithin(this.root, item);
    }
  }
}

// The voice ribbon: the article from top to bottom, each row the share that is covered and by
// whose voice. Gaps show as blanks; a click goes there.

const SVG = "http://www.w3.org/2000/svg";
const ROWS = 300;
const WIDTH = 12;
const HEIGHT = 1000;

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Sentences, joined to at most ROWS stretches of about equal length. */
export function rowsOf(sentences, length, most = ROWS) {
  const rows = [];
  for (const [start, end] of sentences) {
    const last = rows.at(-1);
    if (last && sentences.length > most && last[1] - last[0] < length / most) last[1] = end;
    else rows.push([start, end]);
  }
  return rows;
}

/**
 * Whose voice covers a row, how much of it is covered, and by each voice: {voice, share, shares}.
 * What several marks cover counts once: as a source's words, else the outlet's, else another
 * mark's. Loaded words alone are no voice.
 */
export function voiceOf([start, end], spans, rankOf) {
  const edges = [];
  for (const span of spans) {
    const rank = rankOf(span);
    if (!rank) continue;
    for (const part of span.fragments) {
      const [from, to] = [Math.max(start, part.start), Math.min(end, part.end)];
      if (from < to) edges.push({ at: from, by: 1, ...rank }, { at: to, by: -1, ...rank });
    }
  }
  edges.sort((a, b) => a.at - b.at);
  const open = []; // by order: {voice, count} of the marks over the place
  const lengths = [];
  edges.forEach(({ at, by, voice, order }, i) => {
    const here = open.findIndex((each) => each?.count > 0);
    if (here >= 0 && at > edges[i - 1].at) lengths[here] = (lengths[here] ?? 0) + at - edges[i - 1].at;
    open[order] = { voice, count: (open[order]?.count ?? 0) + by };
  });
  const most = lengths.indexOf(Math.max(...lengths.filter(Boolean)));
  const shares = {};
  lengths.forEach((length, order) => (shares[open[order].voice] = length / (end - start)));
  const covered = lengths.reduce((sum, length) => sum + length, 0);
  return { voice: open[most]?.voice ?? null, share: covered / (end - start), shares };
}

export class Ribbon {
  constructor(desk) {
    this.desk = desk;
    this.root = byId("ribbon");
    this.rows = rowsOf(desk.article.sentences, desk.article.length);
    this.starts = this.rows.map(([start]) => start);
    this.picture = shape("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      class: "ribbon-picture",
    });
    this.title = shape("title", {});
    this.bars = this.rows.map(([start, end]) =>
      shape("rect", {
        x: 0,
        y: this.y(start),
        width: 0,
        height: Math.max(1, this.y(end) - this.y(start) - 1),
        class: "voice",
      }),
    );
    this.frame = shape("rect", { x: 0, y: 0, width: WIDTH, height: 0, class: "in-view" });
    this.picture.append(
      this.title,
      shape("rect", { x: 0, y: 0, width: WIDTH, height: HEIGHT, class: "track" }),
      ...this.bars,
      this.frame,
    );
    this.root.replaceChildren(this.picture);
    this.picture.addEventListener("click", (event) => this.go(event));
    this.dirty = new Set(this.rows.keys());
    desk.on("marks", ({ touched }) => this.touch(touched));
    document.addEventListener("scroll", () => this.follow(), { passive: true });
    this.draw();
    this.follow();
  }

  y(point) {
    return (point / this.desk.article.length) * HEIGHT;
  }

  rankOf(span) {
    const { labels } = this.desk;
    if (span.state === "suggested") return null;
    const { slug, voice } = labels.of(span);
    if (span.kind === "extent" || voice === "source") return { voice: "source", order: 0 };
    if (voice === "outlet") return { voice, order: 1 };
    return slug === "characterization" ? null : { voice: "other", order: 2 };
  }

  touch(blocks) {
    for (const index of blocks) {
      const { start, end } = this.desk.article.blocks[index];
      for (let i = lastAtOrBefore(this.starts, start); this.rows[i]?.[0] < end; i += 1) this.dirty.add(i);
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), 200);
  }

  draw() {
    const { store } = this.desk;
    this.covered ??= this.rows.map(() => ({ voice: null, share: 0, shares: {} }));
    for (const i of this.dirty) {
      const found = voiceOf(this.rows[i], store.over(...this.rows[i]), (span) => this.rankOf(span));
      this.covered[i] = found;
      this.bars[i].setAttribute("class", `voice ${found.voice ?? "none"}`);
      this.bars[i].setAttribute("width", found.share ? Math.max(2, WIDTH * found.share) : 0);
    }
    this.dirty.clear();
    this.title.textContent = this.inWords();
  }

  inWords() {
    const sum = { outlet: 0, source: 0, other: 0 };
    let all = 0;
    this.rows.forEach(([start, end], i) => {
      all += end - start;
      for (const [voice, share] of Object.entries(this.covered[i].shares)) sum[voice] += share * (end - start);
    });
    const percent = (part) => `${Math.round((100 * part) / (all || 1))} %`;
    return `Covered: ${percent(sum.outlet + sum.source + sum.other)} of the text; the outlet ${percent(sum.outlet)}, sources ${percent(sum.source)}, other marks ${percent(sum.other)}`;
  }

  follow() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      const box = this.desk.view.root.getBoundingClientRect();
      const scale = HEIGHT / (box.height || 1);
      const top = Math.max(0, -box.top * scale);
      const bottom = Math.min(HEIGHT, (window.innerHeight - box.top) * scale);
      this.frame.setAttribute("y", top);
      this.frame.setAttribute("height", Math.max(0, bottom - top));
    });
  }

  go({ clientY }) {
    const box = this.picture.getBoundingClientRect();
    const { article, view } = this.desk;
    const point = Math.round(((clientY - box.top) / box.height) * article.length);
    const [start, end] = article.sentenceAt(point) ?? [0, 1];
    view.reveal(start, end);
  }
}
