/* A recorded curve as points to draw: by step or time, smoothed. */
"use strict";
{
  /* Exponential moving average, debiased: it starts at the first value instead of at 0. */
  viz.smooth = (values, weight) => {
    let average = 0,
      known = 0;
    return values.map((value) => {
      if (value === null) return null;
      average = weight * average + (1 - weight) * value;
      known = weight * known + (1 - weight);
      return average / known;
    });
  };

  const inOrder = (xs) => xs.every((x, i) => i === 0 || xs[i - 1] <= x);

  /* x and y of a series, sorted by x; by time, x is seconds since the run started. */
  viz.points = (run, series, byTime) => {
    let xs = series.steps,
      ys = series.values;
    if (byTime) {
      if (!series.times) return { xs: [], ys: [] };
      const starts = (run.sessions ?? []).map((s) => s.started).filter(Number.isFinite);
      const start = Math.min(...starts, series.times.find(Number.isFinite) ?? 0);
      xs = series.times.map((time) => time - start);
    }
    if (!inOrder(xs)) {
      const order = xs.map((_, i) => i).sort((a, b) => xs[a] - xs[b] || a - b);
      [xs, ys] = [order.map((i) => xs[i]), order.map((i) => ys[i])];
    }
    return { xs, ys };
  };

  viz.hasTimes = () =>
    viz.data.runs.some((run) =>
      Object.values(viz.kind(run, "scalars")).some((series) => series.times?.length),
    );
}
