/* A live page asks for what is new, and puts it where it belongs. */
"use strict";
{
  const EVERY = 500,
    MOST = 4000,
    BUCKETS = 1000;

  /* Keep the least and the most of each of 1,000 buckets. */
  const thin = (series) => {
    const count = series.steps.length;
    if (count <= MOST) return;
    const kept = [];
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const from = Math.floor((bucket * count) / BUCKETS),
        end = Math.floor(((bucket + 1) * count) / BUCKETS);
      let least = from,
        most = from; // a gap is kept where there is nothing else
      for (let i = from; i < end; i += 1) {
        const value = series.values[i];
        if (value === null) continue;
        if (series.values[least] === null || value < series.values[least]) least = i;
        if (series.values[most] === null || value > series.values[most]) most = i;
      }
      kept.push(...(least === most ? [least] : [Math.min(least, most), Math.max(least, most)]));
    }
    for (const key of ["steps", "values", "times"])
      if (series[key]) series[key] = kept.map((i) => series[key][i]);
  };

  const mergeScalars = (old, fresh) => {
    for (const [name, series] of Object.entries(fresh)) {
      const known = old[name];
      if (!known) {
        old[name] = series;
        continue;
      }
      known.times = known.times && series.times ? known.times.concat(series.times) : null;
      known.steps = known.steps.concat(series.steps);
      known.values = known.values.concat(series.values);
      known.of = series.of ?? known.steps.length;
      thin(known);
    }
  };

  const mergeRun = (old, fresh) => {
    for (const [key, value] of Object.entries(fresh)) {
      if (key === "scalars") mergeScalars((old.scalars ??= Object.create(null)), value);
      else if (viz.STEPPED.includes(key)) {
        const kind = (old[key] ??= Object.create(null));
        for (const [name, records] of Object.entries(value))
          kind[name] = [...(kind[name] ?? []), ...records];
      } else if (key === "colors") old.colors = { ...old.colors, ...value };
      else if (key === "classes") old.classes = [...new Set([...(old.classes ?? []), ...value])];
      else if (value !== null) old[key] = value;
    }
  };

  /* Put an answer's runs among those that are there. */
  viz.merge = (answer) => {
    Object.assign(viz.data.blobs, answer.blobs ?? {});
    viz.data.left_out = answer.left_out ?? viz.data.left_out;
    for (const fresh of answer.runs ?? []) {
      viz.unfold(fresh);
      const at = viz.data.runs.findIndex((run) => run.id === fresh.id);
      if (at < 0) viz.data.runs.push(fresh);
      else if (fresh.reset) viz.data.runs[at] = fresh;
      else mergeRun(viz.data.runs[at], fresh);
    }
    viz.data.cursor = answer.cursor ?? viz.data.cursor;
    viz.order();
    viz.forgetColors();
  };

  const SECTIONS = {
    scalars: ["curves"],
    annotations: ["samples", "compare"],
    images: ["images"],
    figures: ["images"],
    tables: ["tables", "samples"],
    histograms: ["histograms"],
    pr_curves: ["pr"],
    confusion_matrices: ["confusion"],
    texts: ["texts"],
    videos: ["videos"],
    html: ["html"],
  };

  const shape = () =>
    Object.fromEntries(
      ["scalars", ...viz.STEPPED].map((kind) => [kind, viz.names(kind).join("\n")]),
    );
  const whole = () =>
    JSON.stringify([
      viz.data.runs.map(({ id }) => id),
      viz.classes(),
      viz.data.runs.map((run) => (run.files ?? []).length),
    ]);

  /* Show what an answer brought; what the reader chose and opened stays. */
  viz.update = (answer) => {
    const news = (answer.runs ?? []).length > 0;
    if (!news) {
      viz.data.cursor = answer.cursor ?? viz.data.cursor;
      return;
    }
    const before = shape(),
      wholeBefore = whole();
    viz.merge(answer);
    const after = shape();
    const stale = new Set(
      Object.keys(after)
        .filter((kind) => before[kind] !== after[kind])
        .flatMap((kind) => SECTIONS[kind]),
    );
    if (whole() !== wholeBefore || answer.runs.some((run) => run.reset))
      for (const id of [...Object.values(SECTIONS).flat(), "files"]) stale.add(id);
    viz.renewHeader();
    viz.stepper();
    viz.rebuild(stale);
    viz.buildSections(document.getElementById("main"), viz.links);
    if (!stale.has("curves")) viz.refreshCurves();
    viz.redrawSamples();
    viz.redrawStepped();
    viz.redrawCompared();
  };

  const ask = async () => {
    try {
      const cursor =
        viz.data.cursor === null ? "" : `?cursor=${encodeURIComponent(viz.data.cursor)}`;
      const answer = await fetch(`data${cursor}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      viz.update(await answer.json());
      viz.says("live");
    } catch {
      viz.says("disconnected");
    }
    setTimeout(ask, document.hidden ? 5 * EVERY : EVERY);
  };

  if (viz.data.live) setTimeout(ask, EVERY);
}
