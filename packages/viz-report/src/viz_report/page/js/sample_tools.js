/* What is shown of the samples: run, sides, layout, score and classes. */
"use strict";
{
  const pressed = (key, label) => {
    const button = viz.toggle(label, viz.state[key], (on) => viz.set({ [key]: on }));
    viz.on(key, () => button.setAttribute("aria-pressed", String(viz.state[key])));
    return button;
  };

  /* The run whose records are shown; null where there is but one. */
  viz.runChoice = () => {
    if (viz.data.runs.length < 2) return null;
    const select = viz.h(
      "select",
      { "aria-label": "Run", change: () => viz.set({ run: select.value }) },
      viz.data.runs.map((run) => viz.h("option", { value: run.id }, run.name)),
    );
    const show = () => {
      select.value = viz.run(viz.state.run).id;
    };
    viz.on("run", show);
    show();
    return viz.h("label", { class: "slider" }, "Run", select);
  };

  const chip = (name) => {
    const swatch = viz.h("span", { class: "swatch" });
    swatch.style.background = viz.classColor(name);
    const button = viz.toggle(
      [swatch, name],
      !viz.state.off.includes(name),
      (on) => viz.flip("off", name, !on),
      { class: "chip" },
    );
    viz.on("off", () => button.setAttribute("aria-pressed", String(!viz.state.off.includes(name))));
    return button;
  };

  const classes = () => {
    const names = viz.classes();
    if (!names.length) return null;
    const chips = viz.h("div", { class: "chips" }, names.map(chip));
    const all = (label, off) =>
      viz.h("button", { type: "button", class: "quiet", click: () => viz.set({ off }) }, label);
    const tools = names.length > 2 ? [all("all", []), all("none", names)] : [];
    if (names.length <= 14) {
      chips.append(...tools);
      return chips;
    }
    return viz.h(
      "details",
      { class: "classes" },
      viz.h("summary", {}, "Classes", viz.h("span", { class: "muted" }, String(names.length))),
      viz.h("div", {}, tools),
      chips,
    );
  };

  viz.sampleTools = () => {
    const side = viz.choice(
      "Layout",
      [
        ["side", "Side by side"],
        ["overlay", "Overlaid"],
      ],
      viz.state.layout,
      (layout) => viz.set({ layout }),
    );
    viz.on("layout", () => side.select(viz.state.layout));
    const score = viz.slider("Score at least", {
      min: 0,
      max: 1,
      step: 0.01,
      value: viz.state.score,
      show: (v) => v.toFixed(2),
      change: (v) => viz.set({ score: v }),
    });
    viz.on("score", () => score.show(viz.state.score));
    return viz.h(
      "div",
      {},
      viz.h(
        "div",
        { class: "toolbar" },
        viz.runChoice(),
        pressed("truth", "Truth"),
        pressed("prediction", "Prediction"),
        side,
        pressed("labels", "Labels"),
        score,
      ),
      classes(),
    );
  };
}
