// Tabs of the same annotator and article tell each other what they did.

export class Channel {
  constructor(name, acts) {
    if (!globalThis.BroadcastChannel) return;
    this.channel = new BroadcastChannel(`sourcemark ${name}`);
    this.channel.addEventListener("message", ({ data }) => acts[data.type]?.(data));
  }

  post(type, detail) {
    this.channel?.postMessage({ type, ...detail });
  }
}
