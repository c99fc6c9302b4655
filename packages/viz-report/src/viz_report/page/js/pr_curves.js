/* Precision over recall, of all runs, at the chosen step. */
"use strict";
{
  const [WIDTH, HEIGHT, LEFT, BOTTOM] = [300, 220, 34, 34];
  const x = (recall) => LEFT + recall * (WIDTH - LEFT - 8);
  const y = (precision) => HEIGHT - BOTTOM - precision * (HEIGHT - BOTTOM - 8);

  const sorted = ({ recall, precision }) =>
    recall
      .map((r, i) => [r, precision[i]])
      .filter((point) => point.every(Number.isFinite))
      .sort((a, b) => a[0] - b[0] || b[1] - a[1]);

  const area = (points) =>
    points.length < 2
      ? null
      : points
          .slice(1)
          .reduce((sum, [r, p], i) => sum + ((r - points[i][0]) * (p + points[i][1])) / 2, 0);

  const axes = () =>
    [0, 0.25, 0.5, 0.75, 1]
      .flatMap((tick) => [
        viz.svg("path", {
          d: `M${x(tick)},${y(0)}V${y(1)}M${x(0)},${y(tick)}H${x(1)}`,
          class: "grid",
        }),
        viz.svg("text", { x: x(tick), y: y(0) + 14, "text-anchor": "middle" }, String(tick)),
        viz.svg("text", { x: x(0) - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick)),
      ])
      .concat(
        viz.svg("text", { x: x(0.5), y: HEIGHT - 4, "text-anchor": "middle" }, "recall"),
        viz.svg("text", { x: 0, y: -6 }, "precision"),
      );

  viz.steppedSection("pr", "PR curves", [
    [
      "pr_curves",
      (body, name) => {
        const plot = viz.svg("svg", {
          class: "plot",
          viewBox: `0 -18 ${WIDTH} ${HEIGHT + 18}`,
          role: "img",
        });
        const legend = viz.h("div", { class: "legend" });
        body.append(plot, legend);
        return (_, chosen) => {
          const lines = viz.data.runs
            .map((run, index) => ({
              run,
              index,
              record: viz.latest(viz.kind(run, "pr_curves")[name], viz.state.step),
            }))
            .filter(
              ({ run, record }) => record && (run === chosen || !viz.state.hidden.includes(run.id)),
            )
            .map((line) => ({ ...line, points: sorted(line.record) }));
          plot.replaceChildren(
            ...axes(),
            ...lines.map(({ points, index }) =>
              viz.svg("path", {
                d: points.map(([r, p], i) => `${i ? "L" : "M"}${x(r)},${y(p)}`).join(""),
                class: "curve",
                stroke: viz.runColor(index),
                "stroke-dasharray": viz.runDash(index).join(" ") || null,
              }),
            ),
          );
          const areas = lines.map(
            ({ run, points }) => `${run.name}: area ${viz.number(area(points))}`,
          );
          plot.setAttribute("aria-label", `${name}, precision over recall; ${areas.join("; ")}`);
          legend.replaceChildren(
            ...lines.map(({ run, index, points }) =>
              viz.h(
                "span",
                { class: "entry small" },
                viz.runMark(index),
                viz.data.runs.length > 1
                  ? viz.h("span", { class: "name", title: run.name }, viz.shortName(run))
                  : null,
                viz.h("span", { class: "number" }, `area ${viz.number(area(points))}`),
              ),
            ),
          );
        };
      },
    ],
  ]);
}
