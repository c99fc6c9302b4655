/* A config as a tree that can be searched. */
"use strict";
{
  const isBranch = (value) => value !== null && typeof value === "object";
  const entries = (value) => Object.entries(value);

  const has = (key, value, words) => {
    if (!words.length) return true;
    const text = (isBranch(value) ? key : `${key} ${viz.literal(value)}`).toLowerCase();
    const left = words.filter((word) => !text.includes(word));
    if (!left.length) return true;
    return isBranch(value) && entries(value).some(([k, v]) => has(k, v, left));
  };

  const leaf = (key, value) =>
    viz.h(
      "div",
      { class: "leaf" },
      viz.h("span", { class: "key" }, key),
      viz.h("span", { class: `value ${typeof value}` }, viz.literal(value)),
    );

  /* Branches are filled when they are opened: a config may have thousands of lines. */
  const branch = (key, value, words, depth) => {
    const found = entries(value);
    if (!found.length) return leaf(key, value);
    const short = Array.isArray(value) && !found.some(([, v]) => isBranch(v));
    if (short && JSON.stringify(value).length < 80) return leaf(key, value);
    const inside = viz.h("div", { class: "inside" });
    let full = false;
    const fill = () => {
      if (full) return;
      full = true;
      inside.append(...nodes(value, words, depth + 1));
    };
    const open = (depth < 1 && found.length <= 12) || words.length > 0;
    if (open) fill();
    return viz.h(
      "details",
      { open, toggle: fill },
      viz.h(
        "summary",
        {},
        viz.h("span", { class: "key" }, key),
        viz.h(
          "span",
          { class: "muted" },
          viz.count(found.length, Array.isArray(value) ? "item" : "key"),
        ),
      ),
      inside,
    );
  };

  const nodes = (value, words, depth) =>
    entries(value)
      .filter(([k, v]) => has(k, v, words))
      .map(([k, v]) => {
        const left = words.filter((word) => !k.toLowerCase().includes(word));
        return isBranch(v) ? branch(k, v, left, depth) : leaf(k, v);
      });

  viz.tree = (value, label) => {
    if (!isBranch(value)) return leaf("", value);
    const body = viz.h("div", { class: "tree" });
    const show = () => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const found = nodes(value, words, 0);
      body.replaceChildren(
        ...(found.length ? found : [viz.h("p", { class: "muted" }, "Nothing found.")]),
      );
    };
    const search = viz.h("input", {
      type: "search",
      placeholder: "Search keys and values",
      "aria-label": `Search ${label}`,
      input: show,
    });
    show();
    return viz.h("div", {}, search, body);
  };
}
