/* Elements without markup: what comes from a run is only ever text. */
"use strict";
const viz = {};
{
  const SVG = "http://www.w3.org/2000/svg";

  const fill = (element, properties, children) => {
    for (const [name, value] of Object.entries(properties ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") element.addEventListener(name, value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(9).filter((c) => c !== null && c !== undefined && c !== false));
    return element;
  };

  /* An element with attributes, listeners (functions, by the event's name) and children; strings
     among them become text. */
  viz.h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

  /* The same of SVG. */
  viz.svg = (tag, properties, ...children) =>
    fill(document.createElementNS(SVG, tag), properties, children);

  /* A button that is pressed or not; `flip(pressed)` is called at a click. */
  viz.toggle = (label, pressed, flip, properties) => {
    const button = viz.h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(pressed),
        ...properties,
        click: () => {
          const now = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", String(now));
          flip(now);
        },
      },
      label,
    );
    return button;
  };

  /* One of several, as buttons in a row: `options` is [[value, label], ...]. */
  viz.choice = (name, options, value, choose) => {
    const buttons = options.map(([option, label]) =>
      viz.h(
        "button",
        {
          type: "button",
          "aria-pressed": String(option === value),
          click: () => choose(option),
        },
        label,
      ),
    );
    const group = viz.h("div", { class: "choice", role: "group", "aria-label": name }, buttons);
    group.select = (chosen) =>
      buttons.forEach((button, i) =>
        button.setAttribute("aria-pressed", String(options[i][0] === chosen)),
      );
    return group;
  };

  /* A slider with its name before it and its value behind it. */
  viz.slider = (name, { min, max, step, value, show, change }) => {
    const output = viz.h("output", {}, show(value));
    const input = viz.h("input", {
      type: "range",
      min,
      max,
      step,
      value,
      "aria-label": name,
      input: () => {
        output.textContent = show(Number(input.value));
        change(Number(input.value));
      },
    });
    const label = viz.h("label", { class: "slider" }, viz.h("span", {}, name), input, output);
    label.show = (now) => {
      input.value = now;
      output.textContent = show(now);
    };
    return label;
  };

  /* Call `seen(element, visible)` when an element comes near the screen or leaves it; in a notebook
     the screen is the page's frame. */
  viz.watch = (seen) =>
    new IntersectionObserver(
      (entries) => entries.forEach((e) => seen(e.target, e.isIntersecting)),
      { root: document, rootMargin: "300px" },
    );

  /* An address only of what lies beside the report or is served with it; else null. */
  viz.safeLink = (href) =>
    !href || /^[/\\]|:|(^|[/\\])\.\.([/\\]|$)/.test(href) ? null : href;
}
