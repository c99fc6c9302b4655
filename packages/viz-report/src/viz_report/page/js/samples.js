/* The samples of an evaluation: truth and prediction over the base image, at the chosen step. */
"use strict";
{
  const isWorst = (name) => /(^|\/)worst\/\d+$/.test(name);

  /* What is side by side, or laid over each other. */
  const layout = (record, several) => {
    const { truth, prediction } = viz.state;
    const parts = [
      truth && (record.truth || several) && { role: "truth", annotations: record.truth },
      prediction &&
        (record.prediction || several) && { role: "prediction", annotations: record.prediction },
    ].filter(Boolean);
    if (viz.state.layout === "overlay" && parts.length === 2)
      return [[{ ...parts[0], striped: true }, parts[1]]];
    return parts.length ? parts.map((part) => [part]) : [[]];
  };

  /* A sample's card: `draw()` shows it as the state has it. `run()` is the run that it is of. */
  viz.sampleCard = (card, name, run, enlarge = true) => {
    const about = viz.h("p", { class: "muted about" });
    const panes = viz.h("div", { class: "panes" });
    const waiting = viz.h("p", { class: "muted" });
    const made = [];
    card.append(
      viz.h(
        "header",
        {},
        viz.h(
          "h4",
          { title: name },
          isWorst(name)
            ? `worst ${name.split("/").pop()}`
            : name.split("/").pop() || name || "unnamed",
        ),
        about,
      ),
      panes,
      waiting,
    );
    const add = () => {
      const pane = viz.pane();
      made.push(pane);
      panes.append(pane.element);
      if (!enlarge) return;
      const open = () => viz.enlarge(name, run);
      pane.frame.setAttribute("role", "button");
      pane.frame.setAttribute("tabindex", "0");
      pane.frame.setAttribute("aria-label", `Enlarge ${name}`);
      pane.frame.addEventListener("click", open);
      pane.frame.addEventListener("keydown", (event) => {
        if (event.key === "Enter") open();
      });
    };
    card.draw = () => {
      const records = viz.kind(run(), "annotations")[name];
      const record = viz.latest(records, viz.state.step);
      panes.hidden = !record;
      waiting.textContent = record
        ? ""
        : records?.length
          ? `First recorded at step ${viz.number(records[0].step)}.`
          : "Not recorded by this run.";
      if (!record) {
        about.textContent = "";
        return;
      }
      const both = Boolean(record.truth && record.prediction);
      const sides = layout(record, both);
      while (made.length < sides.length) add();
      made.forEach((pane, i) => {
        pane.element.hidden = i >= sides.length;
      });
      panes.dataset.count = sides.length;
      about.textContent = [
        record.caption,
        Number.isFinite(record.score) ? `score ${viz.number(record.score)}` : null,
        record.step !== viz.state.step
          ? `from step ${viz.number(record.step)}`
          : enlarge
            ? null
            : `step ${viz.number(record.step)}`,
      ]
        .filter(Boolean)
        .join(" · ");
      about.title = about.textContent;
      sides.forEach((parts, i) =>
        made[i].draw(record, run(), parts, `${name} at step ${record.step}`),
      );
    };
  };

  const chosen = () => viz.run(viz.state.run);
  const fill = (card, name) => {
    if (!card.draw) viz.sampleCard(card, name, chosen);
    card.draw();
  };

  let cards = null,
    worst = null;

  viz.section("samples", "Samples", {
    count: () => viz.names("annotations").length,
    build: (body) => {
      const names = viz.names("annotations");
      const rows = names.filter((name) => !isWorst(name));
      const there = (kind) => (name) => name in viz.kind(chosen(), kind);
      cards = viz.groups([...rows, ...names.filter(isWorst)], fill, {
        className: "cards samples",
        unfill: () => {},
        there: there("annotations"),
      });
      const tables = viz.names("tables").filter((name) => name.endsWith("/worst"));
      worst = viz.groups(tables, (card, name) => viz.tableCard(card, name, chosen), {
        className: "cards broad",
        unfill: () => {},
        there: there("tables"),
      });
      body.append(viz.sampleTools(), cards, worst);
    },
  });

  const redraw = () => {
    cards?.filled().forEach((card) => card.draw());
    worst?.filled().forEach((card) => card.draw());
    viz.redrawEnlarged();
  };
  viz.redrawSamples = redraw;
  viz.on("step run truth prediction layout labels score off", redraw);
  viz.on("query run", () => {
    cards?.search();
    worst?.search();
  });
}
