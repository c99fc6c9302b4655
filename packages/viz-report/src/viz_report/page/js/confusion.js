/* Confusion matrices: rows are the truth, colored by their share of the row. */
"use strict";
{
  const MOST = 25;

  const share = (row, value) => {
    const sum = row.reduce((a, b) => a + (b ?? 0), 0);
    return sum ? value / sum : 0;
  };

  const tint = (element, part) => {
    element.style.background = `color-mix(in srgb, var(--accent) ${Math.round(88 * part)}%, transparent)`;
    if (part > 0.55) element.style.color = "var(--on-accent)";
  };

  const asTable = ({ classes, matrix }) =>
    viz.h(
      "table",
      { class: "matrix" },
      viz.h(
        "thead",
        {},
        viz.h(
          "tr",
          {},
          viz.h("th", { class: "corner" }, "truth ↓ predicted →"),
          classes.map((name) =>
            viz.h("th", { scope: "col", title: name }, viz.h("span", {}, name)),
          ),
        ),
      ),
      viz.h(
        "tbody",
        {},
        matrix.map((row, i) =>
          viz.h(
            "tr",
            {},
            viz.h("th", { scope: "row", title: classes[i] }, classes[i] ?? i),
            row.map((value, j) => {
              const cell = viz.h(
                "td",
                {
                  title:
                    `${classes[i]} as ${classes[j]}: ${viz.number(value)}, ` +
                    `${(100 * share(row, value)).toFixed(1)} %`,
                },
                viz.number(value),
              );
              tint(cell, share(row, value));
              return cell;
            }),
          ),
        ),
      ),
    );

  /* With many classes a pixel a cell, and what is below the pointer in words. */
  const asImage = ({ classes, matrix }) => {
    const canvas = viz.h("canvas", {
      class: "cells",
      width: classes.length,
      height: matrix.length,
      "aria-hidden": "true",
    });
    const context = canvas.getContext("2d");
    const color = viz.rgb(viz.css("--accent"));
    const image = context.createImageData(classes.length, matrix.length);
    const shares = matrix.map((row) => row.map((value) => share(row, value)));
    const most = Math.max(...shares.map((row) => Math.max(...row))) || 1;
    shares.forEach((row, i) =>
      row.forEach((part, j) =>
        image.data.set([...color, Math.round((255 * part) / most)], 4 * (i * classes.length + j)),
      ),
    );
    context.putImageData(image, 0, 0);
    const said = viz.h("p", { class: "muted" }, "Point at a cell to read it.");
    canvas.addEventListener("mousemove", (event) => {
      const box = canvas.getBoundingClientRect();
      const j = Math.min(
        Math.floor(((event.clientX - box.left) / box.width) * classes.length),
        classes.length - 1,
      );
      const i = Math.min(
        Math.floor(((event.clientY - box.top) / box.height) * matrix.length),
        matrix.length - 1,
      );
      const value = matrix[i]?.[j];
      if (value !== undefined)
        said.textContent = `${classes[i]} as ${classes[j]}: ${viz.number(value)}`;
    });
    return [canvas, said];
  };

  viz.steppedSection(
    "confusion",
    "Confusion matrices",
    [
      [
        "confusion_matrices",
        (body, name) => {
          const box = viz.h("div", {
            class: "scroll",
            tabindex: "0",
            role: "region",
            "aria-label": name,
          });
          const right = viz.h("p", { class: "muted" });
          body.append(box, right);
          return (record) => {
            const total = record.matrix.flat().reduce((a, b) => a + (b ?? 0), 0);
            const diagonal = record.matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
            right.textContent = total
              ? `${((100 * diagonal) / total).toFixed(1)} % on the diagonal`
              : "";
            box.replaceChildren(
              ...[record.classes.length <= MOST ? asTable(record) : asImage(record)].flat(),
            );
          };
        },
      ],
    ],
    { className: "broad" },
  );
}
