/* Colors of classes and runs, the same wherever they occur. */
"use strict";
{
  /* As viz-core draws classes: vivid, apart from each other on any image. */
  const CLASSES = [
    "#df1040",
    "#00ef00",
    "#0060ff",
    "#efafff",
    "#008f60",
    "#cf00ff",
    "#ffaf00",
    "#00dfef",
    "#8f60af",
    "#709fff",
    "#af7000",
    "#ff60af",
    "#8faf00",
    "#ff7040",
    "#cf109f",
    "#9fdf80",
    "#8030ff",
    "#2080bf",
    "#af70ff",
    "#00bf9f",
    "#803020",
    "#800080",
    "#305070",
    "#ffdfcf",
    "#006000",
    "#af9f9f",
    "#4010cf",
    "#707070",
    "#bfff00",
    "#ff9f9f",
    "#ff50ff",
    "#8fffdf",
    "#9f10bf",
    "#706000",
    "#bf7080",
    "#ffdf30",
    "#5050af",
    "#9fbfef",
    "#af0060",
    "#af4000",
  ];
  /* Okabe and Ito's, told apart by the color-blind; each run has dashes of its own as well. */
  const RUNS = {
    light: ["#3056d3", "#d55e00", "#00876c", "#b14d8a", "#8a6d00", "#2f8fc4", "#6b4fbb", "#60646c"],
    dark: ["#8ba6ff", "#ff9a4d", "#4fd0ad", "#f093c8", "#e0c04a", "#6fc3f0", "#b9a3ff", "#a4a9b3"],
  };
  const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3], [4, 4], [12, 4], [1, 2], [6, 2, 1, 2, 1, 2]];

  /* Red, green and blue in 0..255 of "#rrggbb". */
  viz.rgb = (color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

  let order = null,
    recorded = null;
  const classIndex = (name) => {
    order ??= new Map(viz.classes().map((known, i) => [known, i]));
    if (!order.has(name)) order.set(name, order.size);
    return order.get(name);
  };
  /* After classes were added, by a live run. */
  viz.forgetColors = () => {
    order = recorded = null;
  };

  /* That of the data set's palette, by the first run that has one; else one of the above. */
  viz.classColor = (name) => {
    recorded ??= new Map(
      viz.data.runs.flatMap((run) => Object.entries(run.colors ?? {})).reverse(),
    );
    return recorded.get(name) ?? CLASSES[classIndex(name) % CLASSES.length];
  };
  viz.runColor = (index) => {
    const colors = RUNS[viz.isDark() ? "dark" : "light"];
    return colors[index % colors.length];
  };
  viz.runDash = (index) => DASHES[(index + Math.floor(index / DASHES.length)) % DASHES.length];

  /* Black or white letters on the color of a class, whichever stand out. */
  const light = ([r, g, b]) => 0.2126 * r ** 2.2 + 0.7152 * g ** 2.2 + 0.0722 * b ** 2.2;
  viz.inkOn = (color) => (light(viz.rgb(color).map((c) => c / 255)) > 0.18 ? "#000" : "#fff");

  /* A short line in a run's color and dashes, for legends. */
  viz.runMark = (index) =>
    viz.svg(
      "svg",
      { class: "mark", viewBox: "0 0 22 8", "aria-hidden": "true" },
      viz.svg("line", {
        x1: 1,
        x2: 21,
        y1: 4,
        y2: 4,
        stroke: viz.runColor(index),
        "stroke-width": 2.5,
        "stroke-dasharray": viz.runDash(index).join(" ") || null,
      }),
    );
}
