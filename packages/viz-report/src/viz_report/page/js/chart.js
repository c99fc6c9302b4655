/* Line charts: the only module that knows uPlot. */
"use strict";
{
  const HEIGHT = 176;

  /* What ticks may be apart: whole steps, and times that a clock has. */
  const tens = (low, high) =>
    Array.from({ length: high - low }, (_, i) => [1, 2, 5].map((k) => k * 10 ** (low + i))).flat();
  const STEPS = tens(0, 16);
  const TIMES = [
    ...tens(-6, 0),
    ...[1, 2, 5, 10, 15, 30],
    ...[1, 2, 5, 10, 15, 30].map((minutes) => 60 * minutes),
    ...[1, 2, 3, 6, 12].map((hours) => 3600 * hours),
    ...tens(0, 6).map((days) => 86400 * days),
  ];

  const labels = (write) => (_, ticks, axis, space, apart) => write(ticks, apart);

  /* As uPlot has it, but for a constant of zero. */
  const rangeOfY = (_, low, high) => {
    if (low === null) return [null, null];
    return low === 0 && high === 0 ? [-1, 1] : uPlot.rangeNum(low, high, 0.1, true);
  };

  /* uPlot wants one x for all: where a line has no point there, its line goes on. */
  const aligned = (lines, log) => {
    const positive = (ys) => (log ? ys.map((y) => (y > 0 ? y : null)) : ys);
    return lines.length ? uPlot.join(lines.map(({ xs, ys }) => [xs, positive(ys)])) : [[]];
  };

  /* Where a point has no line, as both of its neighbors are gaps. */
  const alone = (values) => {
    const own = [...values.keys()].filter((i) => values[i] !== undefined);
    const gap = (k) => (values[own[k]] ?? null) === null;
    return own.filter((_, k) => !gap(k) && gap(k - 1) && gap(k + 1));
  };

  const appearance = (lines, look) =>
    JSON.stringify([look, lines.map(({ color, dash, faint }) => [color, dash, faint])]);

  /* What x says below the pointer; the nearest point before it where a line has none there. */
  const valueAt = (values, index) => {
    for (let i = index; i >= 0; i -= 1) if (values[i] !== undefined) return values[i];
    return null;
  };

  /* Draw lines [{ xs, ys, color, dash, faint }] into `box`. Handlers: `hover(values, x)` with a
     value for each line or null, `zoom([low, high] or null)`, `click(x)`. Returns `set(lines, look)`,
     `zoom`, `mark(x)`, `destroy`. A look is { log, time }. */
  viz.chart = (box, lines, look, handlers) => {
    let plot = null,
      marked = null;
    const marker = viz.h("div", { class: "step-mark", hidden: true });

    const place = () => {
      const at = marked === null || !plot ? NaN : plot.valToPos(marked, "x");
      const inside = at >= 0 && at <= plot?.over.clientWidth;
      marker.hidden = !inside;
      if (inside) marker.style.left = `${at}px`;
    };

    const options = () => {
      const font = "11px system-ui, sans-serif";
      const axis = {
        stroke: () => viz.css("--muted"),
        font,
        ticks: { show: false },
        grid: { stroke: () => viz.css("--line"), width: 1 },
      };
      return {
        width: Math.max(box.clientWidth, 120),
        height: HEIGHT,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: {
          points: { size: 7 },
          drag: { x: true, y: false, setScale: false, dist: 5 },
          sync: {
            key: "viz",
            scales: ["x", null],
            filters: { pub: (type) => type === "mousemove" || type === "mouseleave" },
          },
          bind: {
            dblclick: () => () => {
              handlers.zoom(null);
            },
          },
        },
        scales: { x: { time: false }, y: look.log ? { distr: 3 } : { range: rangeOfY } },
        axes: [
          {
            ...axis,
            size: 26,
            space: 60,
            incrs: look.time ? TIMES : STEPS,
            values: labels(look.time ? viz.tickTimes : viz.tickNumbers),
          },
          {
            ...axis,
            size: (_, texts) => Math.max(52, ...(texts ?? []).map((text) => 14 + 6.5 * text.length)),
            space: 34,
            values: look.log
              ? (_, ticks) => ticks.map((y) => (y === null ? "" : viz.tickNumbers([y], y)[0]))
              : labels(viz.tickNumbers),
          },
        ],
        series: [
          {},
          ...lines.map(({ color, dash, faint }) => ({
            stroke: color,
            dash,
            width: faint ? 1 : 1.75,
            alpha: faint ? 0.28 : 1,
            points: faint
              ? { show: false }
              : {
                  size: 5,
                  fill: () => viz.css("--card"),
                  filter: (u, series, all) => (all ? null : alone(u.data[series])),
                },
          })),
        ],
        hooks: {
          setCursor: [
            (u) => {
              const { idx } = u.cursor;
              handlers.hover(
                idx === null || idx === undefined
                  ? null
                  : lines.map((_, i) => valueAt(u.data[i + 1], idx)),
                u.data[0][idx],
              );
            },
          ],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              if (width < 3) return;
              handlers.zoom([u.posToVal(left, "x"), u.posToVal(left + width, "x")]);
              u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            },
          ],
          setScale: [place],
        },
      };
    };

    const onClick = (over) => {
      let from = null;
      over.addEventListener("mousedown", (event) => {
        from = event.clientX;
      });
      over.addEventListener("click", (event) => {
        if (from === null || Math.abs(event.clientX - from) > 4) return;
        handlers.click?.(plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x"));
      });
    };

    const make = () => {
      plot?.destroy();
      plot = new uPlot(options(), aligned(lines, look.log), box);
      plot.over.append(marker);
      onClick(plot.over);
    };

    const zoom = (range) => {
      const xs = plot.data[0];
      const [low, high] = range ?? [xs[0], xs[xs.length - 1]];
      const room = low === high ? 0.5 : 0; // around a single point
      if (xs.length) plot.setScale("x", { min: low - room, max: high + room });
      place();
    };

    const resizing = new ResizeObserver(() => {
      if (plot && box.clientWidth && box.clientWidth !== plot.width) {
        plot.setSize({ width: box.clientWidth, height: HEIGHT });
        place();
      }
    });

    make();
    resizing.observe(box);
    return {
      set: (newLines, newLook) => {
        const same = appearance(newLines, newLook) === appearance(lines, look);
        [lines, look] = [newLines, newLook];
        if (same)
          plot.setData(aligned(lines, look.log)); // what the pointer is at, stays
        else make();
      },
      zoom,
      mark: (x) => {
        marked = x;
        place();
      },
      destroy: () => {
        resizing.disconnect();
        plot.destroy();
        plot = null;
      },
    };
  };
}
