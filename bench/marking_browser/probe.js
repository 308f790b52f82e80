// Put into the page before anything else. Measures in the page's own clock, milliseconds.
(() => {
  const probe = (window.probe = { ready: null, shown: null, keys: [], frames: 0, changes: 0 });

  // After the next frame has been painted: a frame begins, then a message queues behind its paint.
  const painted = () =>
    new Promise((done) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null);
      }),
    );

  const root = document.documentElement ?? document;
  new MutationObserver((_, self) => {
    if (!document.documentElement?.dataset.ready) return;
    self.disconnect();
    probe.ready = performance.now();
    painted().then((at) => (probe.shown = at));
  }).observe(root, { attributes: true, subtree: root === document, attributeFilter: ["data-ready"] });

  // From a key to the paint of the change that it makes in the text; null when it makes none.
  probe.watch = () => {
    const text = document.getElementById("text");
    probe.change = new Promise((done) => {
      let began = null;
      const seen = new MutationObserver(() => began !== null && finish());
      const onKey = (event) => (began = event.timeStamp);
      const timer = setTimeout(() => (stop(), done(null)), 3000);
      const stop = () => {
        seen.disconnect();
        window.removeEventListener("keydown", onKey, true);
        clearTimeout(timer);
      };
      const finish = () => {
        stop();
        painted().then((at) => done(at - began));
      };
      window.addEventListener("keydown", onKey, true);
      seen.observe(text, { childList: true, subtree: true, attributes: true, characterData: true });
    });
  };

  // What the browser itself says of each key (Event Timing, in steps of 8 ms).
  new PerformanceObserver((list) => {
    for (const { name, duration, interactionId } of list.getEntries())
      if (interactionId) probe.keys.push({ name, duration, interactionId });
  }).observe({ type: "event", durationThreshold: 16, buffered: true });

  // The middle of a plain word in the nth block, scrolled into view; null when it has none.
  probe.word = (nth) => {
    const blocks = document.querySelectorAll("#text .b");
    const block = blocks[nth % blocks.length];
    block.scrollIntoView({ block: "center", behavior: "instant" });
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const found = !node.parentElement.closest("mark, .nat") && /\b[a-z]{5,}\b/u.exec(node.data);
      if (!found) continue;
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const { left, top, width, height } = range.getClientRects()[0];
      return { x: left + width / 2, y: top + height / 2, blocks: blocks.length };
    }
    return null;
  };

  probe.marks = () => document.querySelectorAll("#text mark").length;

  probe.countFrames = () => {
    probe.frames = 0;
    const count = () => ((probe.frames += 1), (probe.counting = requestAnimationFrame(count)));
    probe.counting = requestAnimationFrame(count);
  };
  probe.stopFrames = () => (cancelAnimationFrame(probe.counting), probe.frames);
})();
