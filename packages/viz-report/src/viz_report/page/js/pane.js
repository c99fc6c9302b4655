/* One image with what is annotated on it. */
"use strict";
{
  const inWords = (objects) => {
    const counts = new Map();
    for (const { name } of objects) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "nothing";
  };

  /* Whether two objects of a class lie mostly on each other. */
  const agree = (a, b) => {
    if (a.name !== b.name || !a.extent || !b.extent) return false;
    const area = ([x1, y1, x2, y2]) => Math.max(x2 - x1, 0) * Math.max(y2 - y1, 0);
    const shared = area(
      [0, 1]
        .map((k) => Math.max(a.extent[k], b.extent[k]))
        .concat([2, 3].map((k) => Math.min(a.extent[k], b.extent[k]))),
    );
    return shared > 0.5 * (area(a.extent) + area(b.extent) - shared);
  };

  const sides = new ResizeObserver((entries) =>
    entries.forEach(({ target, contentRect }) => {
      const was = target.pane.shown;
      target.pane.shown = contentRect.width;
      if (contentRect.width && Math.abs(was - contentRect.width) > 1) target.pane.label();
    }),
  );

  /* `draw(record, run, sides, about)` shows a record's image with its sides, [{ role, striped,
     annotations }]: striped ones are dashed. Its element is a figure. */
  viz.pane = () => {
    const image = viz.h("img", { draggable: "false", decoding: "sync" });
    const masks = viz.h("canvas", { "aria-hidden": "true" });
    const shapes = viz.svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    const labels = viz.h("div", { class: "labels", "aria-hidden": "true" });
    const gone = viz.h("p", { class: "gone muted" }, "image left out");
    const frame = viz.h("div", { class: "frame" }, image, gone, masks, shapes, labels);
    const caption = viz.h("figcaption");
    const crowded = viz.h("span", { class: "muted" });
    const pane = { element: viz.h("figure", { class: "pane" }, frame, caption), frame, shown: 0 };
    frame.pane = pane;
    sides.observe(frame);
    let shownKey = null,
      last = null,
      drawnOf = "";

    // What an object is, where its label found no room; an element each would take longer to draw.
    shapes.addEventListener("pointerover", ({ target }) => {
      frame.title = target.says ?? "";
    });

    const show = (key) => {
      if (key === shownKey) return;
      shownKey = key;
      const source = viz.blob(key);
      image.hidden = !source;
      gone.hidden = Boolean(source);
      if (source) image.src = source;
    };

    pane.label = () => {
      if (!last || !pane.shown) return;
      const { record, drawn } = last;
      // Of two that agree only the prediction is named.
      const [first, second] = drawn;
      const objects = second
        ? [...second, ...first.filter((one) => !second.some((other) => agree(one, other)))]
        : (first ?? []);
      const placed = viz.state.labels
        ? viz.placeLabels(objects, record.width, record.height, pane.shown)
        : [];
      labels.replaceChildren(...placed);
      const missing = viz.state.labels
        ? objects.filter(({ extent }) => extent).length - placed.length
        : 0;
      crowded.textContent = missing ? `${viz.count(missing, "label")} without room` : "";
    };

    const describe = (about, parts) => {
      image.alt = `${about}. ${parts.map(({ role }, i) => `${role}: ${inWords(last.drawn[i])}`).join("; ")}`;
    };

    pane.draw = (record, run, parts, about) => {
      show(record.image);
      // The truth is mostly the same at every step.
      const now = JSON.stringify([
        parts,
        run?.id,
        record.width,
        record.height,
        viz.state.score,
        viz.state.off,
        viz.state.labels,
      ]);
      if (now === drawnOf) {
        describe(about, parts);
        return;
      }
      drawnOf = now;
      const ratio = (record.width || 4) / (record.height || 3);
      frame.style.aspectRatio = ratio;
      frame.style.setProperty("--ratio", ratio); // no taller than the screen
      shapes.setAttribute("viewBox", `0 0 ${record.width} ${record.height}`);
      const drawn = parts.map(({ role, annotations }) =>
        viz.objects(annotations, run, role !== "truth"),
      );
      shapes.replaceChildren(
        ...drawn.flatMap((objects, i) => viz.drawObjects(objects, parts[i].striped)),
      );
      const painted = drawn.flatMap((objects, i) =>
        objects
          .filter(({ mask }) => mask?.size)
          .map(({ mask, color }) => ({ mask, color, striped: parts[i].striped })),
      );
      masks.hidden = !painted.length;
      if (painted.length) viz.paintMasks(masks, painted);
      caption.replaceChildren(
        ...parts.flatMap(({ role, striped, annotations }, i) => {
          const { length, total } = drawn[i];
          const count = !annotations
            ? "none recorded"
            : length === total
              ? String(total)
              : `${length} of ${total}`;
          return [
            viz.h(
              "span",
              {},
              `${role}${striped ? " (dashed)" : ""} `,
              viz.h("span", { class: "muted" }, count),
            ),
          ];
        }),
        crowded,
      );
      last = { record, drawn };
      describe(about, parts);
      pane.label();
    };
    return pane;
  };
}
