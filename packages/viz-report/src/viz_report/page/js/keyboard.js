/* Keys, and the page that says which there are. */
"use strict";
{
  const toggle = (key) => () => viz.set({ [key]: !viz.state[key] });
  const KEYS = [
    [
      "← →",
      "step back, step on",
      { ArrowLeft: () => viz.stepBy(-1), ArrowRight: () => viz.stepBy(1) },
    ],
    [
      "Home End",
      "first step, last step",
      { Home: () => viz.stepBy(-Infinity), End: () => viz.stepBy(Infinity) },
    ],
    ["/", "search names", { "/": () => document.getElementById("search").focus() }],
    ["t", "truth on and off", { t: toggle("truth") }],
    ["p", "prediction on and off", { p: toggle("prediction") }],
    ["n", "labels on and off", { n: toggle("labels") }],
    [
      "o",
      "side by side or overlaid",
      { o: () => viz.set({ layout: viz.state.layout === "side" ? "overlay" : "side" }) },
    ],
    ["l", "log scale on and off", { l: toggle("log") }],
    ["d", "dark or light", { d: viz.flipTheme }],
    ["?", "this help", { "?": () => viz.help() }],
  ];
  const actions = Object.assign({}, ...KEYS.map(([, , keys]) => keys));

  let dialog = null;
  viz.help = () => {
    if (!dialog) {
      dialog = viz.h(
        "dialog",
        {
          class: "help",
          "aria-label": "Keys",
          click: (event) => {
            if (event.target === dialog) dialog.close();
          },
        },
        viz.h(
          "form",
          { method: "dialog" },
          viz.h("h2", {}, "Keys"),
          viz.h(
            "dl",
            {},
            KEYS.map(([keys, what]) =>
              viz.h(
                "div",
                {},
                viz.h(
                  "dt",
                  {},
                  keys.split(" ").map((key) => viz.h("kbd", {}, key)),
                ),
                viz.h("dd", {}, what),
              ),
            ),
          ),
          viz.h("button", {}, "Close"),
        ),
      );
      document.body.append(dialog);
    }
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };

  /* A field that takes the keys itself: what is written, and sliders, for arrows. */
  const takes = (target, key) => {
    if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT")
      return true;
    if (target.tagName !== "INPUT") return target.tagName === "VIDEO";
    return target.type !== "range" || key.startsWith("Arrow") || key === "Home" || key === "End";
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.id === "search") event.target.blur();
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
    if (!action || takes(event.target, event.key)) return;
    event.preventDefault();
    action();
  });
}
