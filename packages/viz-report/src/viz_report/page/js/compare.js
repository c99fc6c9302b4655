/* Runs beside each other: what was set differently, and what each made of the same sample. */
"use strict";
{
  let sample = null,
    draw = () => {};

  const sideBySide = () => {
    const names = viz
      .names("annotations")
      .filter(
        (name) => viz.data.runs.filter((run) => viz.kind(run, "annotations")[name]).length > 1,
      );
    if (!names.length) return null;
    if (!names.includes(sample)) sample = names[0];
    const select = viz.h(
      "select",
      {
        "aria-label": "Sample",
        change: () => {
          sample = select.value;
          draw();
        },
      },
      names.map((name) => viz.h("option", { value: name }, name)),
    );
    select.value = sample;
    const cards = viz.data.runs.map((run, index) => {
      const pane = viz.pane();
      const note = viz.h("p", { class: "muted" });
      const step = viz.h("span", { class: "muted where" });
      const card = viz.h(
        "article",
        { class: "card", "aria-label": `${run.name}` },
        viz.h("header", {}, viz.h("h4", {}, viz.runMark(index), " ", run.name), step),
        pane.element,
        note,
      );
      return { run, pane, note, step, card };
    });
    draw = () =>
      cards.forEach(({ run, pane, note, step }) => {
        const record = viz.latest(viz.kind(run, "annotations")[sample], viz.state.step);
        pane.element.hidden = !record;
        note.textContent = record ? "" : "Not recorded by this run at this step.";
        step.textContent = record ? `step ${viz.number(record.step)}` : "";
        if (!record) return;
        const parts = [
          viz.state.truth &&
            record.truth && { role: "truth", annotations: record.truth, striped: true },
          viz.state.prediction &&
            record.prediction && { role: "prediction", annotations: record.prediction },
        ].filter(Boolean);
        pane.draw(record, run, parts, `${sample} by ${run.name} at step ${record.step}`);
      });
    const grid = viz.h(
      "div",
      { class: "cards compared" },
      cards.map(({ card }) => card),
    );
    const seen = viz.watch((_, visible) => {
      grid.visible = visible;
      if (visible) draw();
    });
    seen.observe(grid);
    return viz.h(
      "div",
      {},
      viz.h("h3", {}, "The same sample"),
      viz.h("div", { class: "toolbar" }, viz.h("label", { class: "slider" }, "Sample", select)),
      grid,
    );
  };

  viz.section("compare", "Compare", {
    count: () => (viz.data.runs.length > 1 ? viz.data.runs.length : 0),
    build: (body) =>
      body.append(
        viz.h("h3", {}, "Settings"),
        viz.configDiff(viz.data.runs),
        ...[sideBySide()].filter(Boolean),
      ),
  });
  viz.redrawCompared = () => draw();
  viz.on("step truth prediction labels score off", () => viz.redrawCompared());
}
