/* What the reader has chosen: kept in the link, told to whoever asked for it. */
"use strict";
{
  const DEFAULTS = {
    run: null,
    step: null,
    hidden: [],
    query: "",
    log: false,
    smooth: 0,
    x: "step",
    zoom: null,
    truth: true,
    prediction: true,
    layout: "side",
    labels: true,
    score: 0.3,
    off: [],
  };
  /* What a link holds, how it is written there and read. */
  const flag = [(v) => (v ? "1" : "0"), (v) => v === "1"];
  const number = [String, (v) => (v && Number.isFinite(Number(v)) ? Number(v) : null)];
  const within = (low, high) => [
    String,
    (v) => {
      const read = number[1](v);
      return read === null ? null : Math.min(Math.max(read, low), high);
    },
  ];
  const text = [String, String];
  const list = [
    (v) => v.map(encodeURIComponent).join(","),
    (v) => v.split(",").filter(Boolean).map(decodeURIComponent),
  ];
  const LINK = {
    run: text,
    step: number,
    hidden: list,
    query: text,
    log: flag,
    smooth: within(0, 0.99),
    x: text,
    truth: flag,
    prediction: flag,
    layout: text,
    labels: flag,
    score: within(0, 1),
    off: list,
  };

  const read = () => {
    const found = {};
    for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
      try {
        if (LINK[key]) found[key] = LINK[key][1](value) ?? DEFAULTS[key];
      } catch {
        /* a link that was cut */
      }
    }
    if (!["step", "time"].includes(found.x)) delete found.x;
    if (!["side", "overlay"].includes(found.layout)) delete found.layout;
    return found;
  };

  viz.state = { ...DEFAULTS, ...read() };

  const listeners = [];
  let writing = null;

  const write = () => {
    writing = null;
    const link = new URLSearchParams();
    for (const [key, [encode]] of Object.entries(LINK)) {
      const value = viz.state[key];
      if (JSON.stringify(value) !== JSON.stringify(DEFAULTS[key])) link.set(key, encode(value));
    }
    try {
      history.replaceState(null, "", `#${link}`);
    } catch {
      /* in a frame of a notebook a link cannot be changed */
    }
  };

  /* Call `listener` whenever one of `keys` changes. */
  viz.on = (keys, listener) => listeners.push([keys.split(" "), listener]);

  viz.set = (changes) => {
    const changed = Object.keys(changes).filter(
      (key) => JSON.stringify(changes[key]) !== JSON.stringify(viz.state[key]),
    );
    if (!changed.length) return;
    Object.assign(viz.state, changes);
    for (const [keys, listener] of listeners)
      if (keys.some((key) => changed.includes(key))) listener();
    writing ??= setTimeout(write, 200);
  };

  /* Put `value` into a list of the state, or take it out. */
  viz.flip = (key, value, inside) => {
    const others = viz.state[key].filter((other) => other !== value);
    viz.set({ [key]: inside ? [...others, value] : others });
  };

  window.addEventListener("hashchange", () => {
    if (new URLSearchParams(location.hash.slice(1)).size) viz.set({ ...DEFAULTS, ...read() });
  });

  /* Whether a name has all words that are searched for. */
  viz.matches = (name) => {
    const low = name.toLowerCase();
    return viz.state.query
      .toLowerCase()
      .split(/\s+/)
      .every((word) => low.includes(word));
  };
}
