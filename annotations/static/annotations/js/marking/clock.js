// Time actively spent: the page is in view and the last sign of life is less than a minute old.

const IDLE = 60_000;
const REPORT = 30_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"];

export class Clock {
  constructor(now = () => performance.now()) {
    this.now = now;
    this.active = 0;
    this.lastSign = now();
    this.counted = now();
    this.running = true;
  }

  /** Counts up to now, but never beyond a minute after the last sign of life. */
  count() {
    const until = Math.min(this.now(), this.lastSign + IDLE);
    if (this.running && until > this.counted) this.active += until - this.counted;
    this.counted = Math.max(this.counted, this.now());
  }

  sign() {
    this.count();
    this.lastSign = this.now();
  }

  /** In view or not. */
  run(on) {
    this.count();
    this.running = on;
    if (on) this.sign();
  }

  get seconds() {
    this.count();
    return Math.floor(this.active / 1000);
  }
}

/**
 * Reports the seconds of this tab, whole and growing, so that a lost report costs nothing.
 * Gives the function that reports at once: after submission the server counts no more.
 */
export function keepTime({ url, tab, token }) {
  const clock = new Clock();
  let told = 0;
  const report = () => {
    const seconds = clock.seconds;
    if (seconds === told) return null;
    told = seconds;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
    const body = JSON.stringify({ tab, active_seconds: seconds });
    return fetch(url, { method: "POST", headers, body, keepalive: true, redirect: "error" }).catch(
      () => (told = -1),
    );
  };
  for (const type of SIGNS)
    document.addEventListener(type, () => clock.sign(), { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    clock.run(document.visibilityState === "visible");
    report();
  });
  window.addEventListener("pagehide", report);
  setInterval(report, REPORT);
  return report;
}
