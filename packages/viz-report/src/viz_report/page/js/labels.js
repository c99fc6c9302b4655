/* Where labels stand: at their objects, and not on each other where there is room. */
"use strict";
{
  const HEIGHT = 16;
  const canvas = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  const widthOf = (text) => {
    if (widths.size > 20000) widths.clear();
    let width = widths.get(text);
    if (width === undefined) {
      canvas.font = "600 11px system-ui, sans-serif";
      width = canvas.measureText(text).width + 9;
      widths.set(text, width);
    }
    return width;
  };

  const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  /* Labels for objects on an image of `width` x `height` pixels that is shown `shown` wide; one that
     finds no room is left out, and counted by its absence. */
  viz.placeLabels = (objects, width, height, shown) => {
    const scale = shown / width;
    const [right, bottom] = [shown, height * scale];
    const placed = [];
    return objects
      .filter(({ extent }) => extent)
      .flatMap(({ extent, text, color }) => {
        const [x1, y1, x2, y2] = extent.map((v) => v * scale);
        const wide = Math.min(widthOf(text), right);
        const spot = ([x, y]) => {
          const left = Math.min(Math.max(x, 0), Math.max(right - wide, 0));
          const top = Math.min(Math.max(y, 0), Math.max(bottom - HEIGHT, 0));
          return [left, top, left + wide, top + HEIGHT];
        };
        const spots = [
          [x1 - 1, y1 - HEIGHT],
          [x1 - 1, y2],
          [x1 - 1, y1],
          [x2 - wide + 1, y1 - HEIGHT],
          [x2 - wide + 1, y2],
          [x1, y2 - HEIGHT],
          [x2, y1],
          [x1 - wide, y1],
        ].map(spot);
        const free = spots.find((one) => !placed.some((other) => overlaps(one, other)));
        if (!free) return [];
        placed.push(free);
        const label = viz.h("span", { class: "label" }, text);
        label.style.cssText =
          `left:${(100 * free[0]) / right}%;top:${(100 * free[1]) / bottom}%;` +
          `background:${color};color:${viz.inkOn(color)}`;
        return label;
      });
  };
}
