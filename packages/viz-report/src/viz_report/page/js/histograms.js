/* Histograms over steps: one ridge a step, the newest in front, the chosen one in color. */
"use strict";
{
  const MOST = 30,
    HEIGHT = 220,
    LEFT = 10,
    RIGHT = 50,
    TOP = 46,
    BOTTOM = 24;

  /* At most MOST records, evenly spread, the chosen one among them. */
  const choose = (records, chosen) => {
    if (records.length <= MOST) return records;
    const picked = new Set([chosen]);
    for (let i = 0; i < MOST; i += 1)
      picked.add(records[Math.round((i * (records.length - 1)) / (MOST - 1))]);
    return records.filter((record) => picked.has(record));
  };

  const density = ({ edges, counts }) =>
    counts.map((count, i) => count / (edges[i + 1] - edges[i] || 1));

  const paint = (canvas, records, chosen) => {
    const ratio = devicePixelRatio || 1;
    const width = canvas.clientWidth || 280;
    canvas.width = width * ratio;
    canvas.height = HEIGHT * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const low = Math.min(...records.map(({ edges }) => edges[0]));
    const high = Math.max(...records.map(({ edges }) => edges[edges.length - 1]));
    const heights = records.map(density);
    const most = Math.max(...heights.map((values) => Math.max(...values, 0))) || 1;
    const x = (value) => LEFT + (width - LEFT - RIGHT) * ((value - low) / (high - low || 1));
    const gap = records.length > 1 ? (HEIGHT - TOP - BOTTOM) / (records.length - 1) : 0;
    const [card, line, accent, soft, muted] = [
      "--card",
      "--muted",
      "--accent",
      "--accent-soft",
      "--muted",
    ].map(viz.css);
    context.font = "11px system-ui, sans-serif";
    const ridge = (record, i) => {
      const base = records.length > 1 ? TOP + i * gap : HEIGHT - BOTTOM;
      const tall = records.length > 1 ? TOP - 6 : HEIGHT - BOTTOM - 10;
      context.beginPath();
      context.moveTo(x(record.edges[0]), base);
      heights[i].forEach((value, k) => {
        const y = base - (tall * value) / most;
        context.lineTo(x(record.edges[k]), y);
        context.lineTo(x(record.edges[k + 1]), y);
      });
      context.lineTo(x(record.edges[record.edges.length - 1]), base);
      const isChosen = record === chosen;
      context.fillStyle = isChosen ? soft : card;
      context.globalAlpha = isChosen ? 0.95 : 0.8;
      context.fill();
      context.globalAlpha = isChosen ? 1 : 0.45;
      context.lineWidth = isChosen ? 2 : 1;
      context.strokeStyle = isChosen ? accent : line;
      context.stroke();
      context.globalAlpha = 1;
      if (isChosen || i === 0 || i === records.length - 1) {
        context.fillStyle = isChosen ? accent : muted;
        context.textAlign = "left";
        context.fillText(viz.number(record.step), width - RIGHT + 6, base + 3);
      }
    };
    records.forEach(ridge);
    if (records.length > 1) ridge(chosen, records.indexOf(chosen));
    context.fillStyle = muted;
    for (const [part, align] of [
      [0, "left"],
      [0.5, "center"],
      [1, "right"],
    ]) {
      context.textAlign = align;
      context.fillText(
        viz.number(Number((low + part * (high - low)).toPrecision(3))),
        x(low + part * (high - low)),
        HEIGHT - 6,
      );
    }
  };

  viz.steppedSection("histograms", "Histograms", [
    [
      "histograms",
      (body, name) => {
        const canvas = viz.h("canvas", { class: "ridges", role: "img" });
        const empty = viz.h("p", { class: "muted" }, "No values.");
        body.append(canvas, empty);
        return (record, run, records) => {
          const usable = records.filter(
            ({ edges, counts }) => edges?.length > 1 && counts?.length === edges.length - 1,
          );
          empty.hidden = usable.includes(record);
          canvas.hidden = !usable.includes(record);
          if (canvas.hidden) return;
          const total = record.counts.reduce((a, b) => a + b, 0);
          canvas.setAttribute(
            "aria-label",
            `${name} at step ${record.step}: ${viz.count(total, "value")} from ` +
              `${viz.number(record.edges[0])} to ${viz.number(record.edges[record.edges.length - 1])}`,
          );
          paint(canvas, choose(usable, record), record);
        };
      },
    ],
  ]);
}
