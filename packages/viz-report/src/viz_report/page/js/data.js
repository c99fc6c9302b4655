/* What was recorded, as the report's data has it, and questions about it. */
"use strict";
{
  const embedded = document.getElementById("viz-data").textContent.trim();
  viz.data = embedded ? JSON.parse(embedded) : { runs: [], blobs: {} };
  viz.data.runs ??= [];
  viz.data.blobs ??= {};

  /* Undo what is written short: a truth as the place of the same one before it, times from the first. */
  viz.unfold = (run) => {
    for (const records of Object.values(run.annotations ?? {}))
      for (const record of records)
        if (typeof record.truth === "number") record.truth = records[record.truth].truth;
    for (const series of Object.values(run.scalars ?? {}))
      series.times =
        series.times?.map((time) => (time === null ? null : time + (series.since ?? 0))) ?? null;
  };
  viz.data.runs.forEach(viz.unfold);

  /* The kinds that have a list of records by step under each name. */
  viz.STEPPED = [
    "annotations",
    "images",
    "figures",
    "tables",
    "histograms",
    "pr_curves",
    "confusion_matrices",
    "texts",
    "videos",
    "html",
  ];

  viz.run = (id) => viz.data.runs.find((run) => run.id === id) ?? viz.data.runs[0];
  const NOTHING = Object.freeze(Object.create(null));
  viz.kind = (run, kind) => run?.[kind] ?? NOTHING;
  viz.blob = (key) => viz.data.blobs[key] ?? "";

  /* A run's name without what the names of all runs begin with: what tells it apart from the others. */
  viz.shortName = (run) => {
    const names = viz.data.runs.map(({ name }) => name);
    let same = 0;
    while (names.every((name) => same < name.length && name[same] === names[0][same])) same += 1;
    const cut = run.name.slice(0, same).search(/[^\p{L}\p{N}]?[\p{L}\p{N}]*$/u); // whole words
    return names.length > 1 && cut > 8 ? `…${run.name.slice(cut)}` : run.name;
  };

  /* "loss/a2" before "loss/a10". */
  const collator = new Intl.Collator("en", { numeric: true });
  viz.sorted = (names) => [...names].sort(collator.compare);

  /* All names of a kind, over all runs. */
  viz.names = (kind) =>
    viz.sorted(new Set(viz.data.runs.flatMap((run) => Object.keys(viz.kind(run, kind)))));

  /* The newest record at or before a step; records lie in the order of their steps. */
  viz.latest = (records, step) => {
    let low = 0,
      high = records?.length ?? 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (records[middle].step <= step) low = middle + 1;
      else high = middle;
    }
    return low ? records[low - 1] : null;
  };

  /* Every step at which something was recorded that is shown step by step. */
  viz.allSteps = () => {
    const steps = new Set();
    for (const run of viz.data.runs)
      for (const kind of viz.STEPPED)
        for (const records of Object.values(viz.kind(run, kind)))
          for (const record of records) steps.add(record.step);
    return [...steps].sort((a, b) => a - b);
  };

  /* The classes of all runs, in one order: a class has the same color everywhere. */
  viz.classes = () => [...new Set(viz.data.runs.flatMap((run) => run.classes ?? []))];

  /* Put data in order after it came: records by step, and names are names, "constructor" too. */
  viz.order = () => {
    Object.setPrototypeOf(viz.data.blobs, null);
    for (const run of viz.data.runs)
      for (const kind of ["scalars", ...viz.STEPPED]) {
        if (!run[kind]) continue;
        Object.setPrototypeOf(run[kind], null);
        if (kind === "scalars") continue;
        for (const records of Object.values(run[kind])) records.sort((a, b) => a.step - b.step);
      }
  };
  viz.order();
}
