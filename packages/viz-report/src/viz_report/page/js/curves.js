/* The curves: a chart for each name, all runs in it. */
"use strict";
{
  const shown = () =>
    viz.data.runs
      .map((run, index) => ({ run, index }))
      .filter(({ run }) => !viz.state.hidden.includes(run.id));

  const runsWith = (name) => viz.data.runs.filter((run) => viz.kind(run, "scalars")[name]);
  const having = (name) => shown().filter(({ run }) => viz.kind(run, "scalars")[name]);

  /* With smoothing, the line as recorded stays behind, faint. */
  const lines = (name) =>
    having(name).flatMap(({ run, index }) => {
      const { xs, ys } = viz.points(run, viz.kind(run, "scalars")[name], viz.state.x === "time");
      const line = { xs, ys, color: viz.runColor(index), dash: viz.runDash(index), faint: false };
      if (!viz.state.smooth) return [line];
      return [
        { ...line, faint: true, dash: [] },
        { ...line, ys: viz.smooth(ys, viz.state.smooth) },
      ];
    });

  const lastOf = (values) => {
    for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null) return values[i];
    return null;
  };

  const look = () => ({ log: viz.state.log, time: viz.state.x === "time" });

  const describe = (name) =>
    `${name}: ${having(name)
      .map(({ run }) => {
        const { values, steps, of } = viz.kind(run, "scalars")[name];
        const known = values.filter((value) => value !== null);
        const least = known.reduce((a, b) => Math.min(a, b), Infinity);
        const most = known.reduce((a, b) => Math.max(a, b), -Infinity);
        return (
          `${run.name}, ${viz.count(of ?? steps.length, "point")}, last ${viz.number(lastOf(values))}, ` +
          `from ${viz.number(least)} to ${viz.number(most)}`
        );
      })
      .join("; ")}`;

  /* The legend is a line of runs with their values: at the pointer, else the last. */
  const legend = (card) => {
    const several = viz.data.runs.length > 1;
    const values = viz.data.runs
      .map((run, index) => {
        if (!viz.kind(run, "scalars")[card.name]) return null;
        const value = viz.h("span", { class: "number" });
        const entry = several
          ? viz.h(
              "button",
              {
                type: "button",
                class: "entry",
                title: `Show or hide ${run.name}`,
                click: () => viz.flip("hidden", run.id, !viz.state.hidden.includes(run.id)),
              },
              viz.runMark(index),
              viz.h("span", { class: "name" }, viz.shortName(run)),
              value,
            )
          : viz.h("span", { class: "entry" }, value);
        return { run, value, entry };
      })
      .filter(Boolean);
    card.legend.replaceChildren(...values.map(({ entry }) => entry));
    card.readings = (at, x) => {
      let line = 0;
      const step = viz.state.smooth ? 2 : 1;
      for (const { run, value, entry } of values) {
        const off = viz.state.hidden.includes(run.id);
        if (several) entry.setAttribute("aria-pressed", String(!off));
        const last = lastOf(viz.kind(run, "scalars")[card.name].values);
        value.textContent = off ? "" : viz.number(at ? at[line + step - 1] : last);
        if (!off) line += step;
      }
      card.where.textContent =
        at && x !== undefined
          ? viz.state.x === "time"
            ? viz.duration(x)
            : `step ${viz.number(x)}`
          : "";
    };
    card.readings(null);
  };

  const draw = (card) => {
    const drawn = lines(card.name);
    card.box.setAttribute("aria-label", describe(card.name));
    const nothing = !drawn.some(({ ys }) =>
      ys.some((y) => y !== null && (!viz.state.log || y > 0)),
    );
    card.note.textContent = !nothing
      ? ""
      : !drawn.length
        ? "All runs with this curve are hidden."
        : viz.state.log
          ? "No value above 0 to show on a log scale."
          : viz.state.x === "time"
            ? "Its times are not known."
            : "No finite value.";
    if (card.chart) card.chart.set(drawn, look());
    else
      card.chart = viz.chart(card.box, drawn, look(), {
        hover: (values, x) => card.readings(values, x),
        zoom: (range) => viz.set({ zoom: range }),
        click: (x) => {
          if (viz.state.x === "step") viz.goToStep?.(x);
        },
      });
    card.chart.zoom(viz.state.zoom);
    card.chart.mark(viz.state.x === "step" ? viz.state.step : null);
  };

  const fill = (card, name) => {
    const thinned = viz.data.runs
      .map((run) => viz.kind(run, "scalars")[name])
      .filter((s) => s && s.of > s.steps.length)
      .map((s) => `${s.steps.length} of ${s.of} points`);
    card.box = viz.h("div", { class: "chart", role: "img" });
    card.where = viz.h("span", { class: "muted where" });
    card.legend = viz.h("div", { class: "legend" });
    card.note = viz.h("p", { class: "muted note" });
    card.append(
      viz.h(
        "header",
        {},
        viz.h(
          "h4",
          { title: [name, ...thinned].join("\n") },
          name.split("/").pop() || name || "unnamed",
        ),
        card.where,
      ),
      card.legend,
      card.box,
      card.note,
    );
    legend(card);
    draw(card);
  };

  const unfill = (card) => {
    card.chart?.destroy();
    card.chart = null;
    card.replaceChildren();
  };

  const toolbar = () => {
    const smooth = viz.slider("Smoothing", {
      min: 0,
      max: 0.99,
      step: 0.01,
      value: viz.state.smooth,
      show: (v) => (v ? v.toFixed(2) : "off"),
      change: (v) => viz.set({ smooth: v }),
    });
    const log = viz.toggle("Log scale", viz.state.log, (on) => viz.set({ log: on }));
    const x = viz.choice(
      "Horizontal axis",
      [
        ["step", "Step"],
        ["time", "Time"],
      ],
      viz.state.x,
      (value) => viz.set({ x: value, zoom: null }),
    );
    const reset = viz.h("button", {
      type: "button",
      class: "quiet",
      click: () => viz.set({ zoom: null }),
    });
    const show = () => {
      smooth.show(viz.state.smooth);
      log.setAttribute("aria-pressed", String(viz.state.log));
      x.select(viz.state.x);
      reset.hidden = !viz.state.zoom;
      const ends = viz.state.zoom?.map((v) =>
        viz.state.x === "time" ? viz.duration(v) : viz.number(Math.round(v)),
      );
      reset.textContent = ends
        ? `${viz.state.x === "time" ? "" : "Steps "}${ends[0]} to ${ends[1]} · show all`
        : "";
    };
    show();
    return [
      viz.h(
        "div",
        { class: "toolbar" },
        log,
        viz.hasTimes() ? x : null,
        smooth,
        reset,
        viz.h("span", { class: "hint muted" }, "drag to zoom, double click to go back"),
      ),
      show,
    ];
  };

  let cards = null,
    show = null;
  const each = (change) => cards?.filled().forEach(change);

  viz.section("curves", "Curves", {
    count: () => viz.names("scalars").length,
    build: (body) => {
      let bar;
      [bar, show] = toolbar();
      cards = viz.groups(viz.names("scalars"), fill, { className: "cards charts", unfill });
      body.append(bar, cards);
    },
  });

  const redraw = () =>
    each((card) => {
      legend(card);
      draw(card);
    });
  /* After a live run brought news; a legend that is there stays, with the reader's pointer on it. */
  viz.refreshCurves = () =>
    each((card) => {
      if (card.legend.childElementCount !== runsWith(card.name).length) legend(card);
      else card.readings(null);
      draw(card);
    });
  viz.on("query", () => cards?.search());
  viz.on("log smooth x", () => {
    show?.();
    each(draw);
  });
  viz.on("hidden", redraw);
  viz.on("zoom", () => {
    show?.();
    each((card) => card.chart.zoom(viz.state.zoom));
  });
  viz.on("step x", () =>
    each((card) => card.chart.mark(viz.state.x === "step" ? viz.state.step : null)),
  );
  viz.onTheme(redraw);
}
