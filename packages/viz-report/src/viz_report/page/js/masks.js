/* COCO's run-length encoded masks, painted on a canvas. */
"use strict";
{
  /* Lengths of runs, of 0 and of 1 in turn, down the columns, of COCO's compressed text. */
  const lengths = (counts) => {
    if (Array.isArray(counts)) return counts;
    const found = [];
    let at = 0;
    while (at < counts.length) {
      let value = 0,
        shift = 0,
        code;
      do {
        code = counts.charCodeAt(at) - 48;
        value |= (code & 31) << shift;
        shift += 5;
        at += 1;
      } while (code & 32 && at < counts.length);
      if (code & 16 && shift < 32) value |= -1 << shift;
      if (found.length > 2) value += found[found.length - 2];
      found.push(value);
    }
    return found;
  };

  /* The runs of 1 as [first, end] in a column-major image. */
  const spans = (mask) => {
    const found = [];
    let at = 0;
    lengths(mask.counts).forEach((length, i) => {
      if (i % 2 && length > 0) found.push([at, at + length]);
      at += length;
    });
    return found;
  };

  /* x1, y1, x2, y2 around a mask; null if nothing is in it. */
  viz.maskExtent = (mask) => {
    const height = mask.size[0];
    let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [from, end] of spans(mask)) {
      const [first, last] = [Math.floor(from / height), Math.floor((end - 1) / height)];
      x1 = Math.min(x1, first);
      x2 = Math.max(x2, last + 1);
      y1 = first === last ? Math.min(y1, from % height) : 0;
      y2 = first === last ? Math.max(y2, ((end - 1) % height) + 1) : height;
    }
    return x1 < Infinity ? [x1, y1, x2, y2] : null;
  };

  /* The middle of a mask's longest run, as an extent: a point within it, whatever its form. */
  viz.maskMiddle = (mask) => {
    let best = null;
    for (const span of spans(mask)) if (!best || span[1] - span[0] > best[1] - best[0]) best = span;
    if (!best) return null;
    const middle = Math.floor((best[0] + Math.min(best[1], best[0] + mask.size[0])) / 2);
    const [x, y] = [Math.floor(middle / mask.size[0]), middle % mask.size[0]];
    return [x, y, x, y];
  };

  /* Paint [{ mask, color, striped }] on a canvas of the masks' size, the large ones first; striped
     ones can be told from others without color. */
  viz.paintMasks = (canvas, masks) => {
    const all = masks
      .map(({ mask, ...how }) => {
        const runs = spans(mask);
        return { ...how, mask, runs, area: runs.reduce((sum, [from, end]) => sum + end - from, 0) };
      })
      .sort((a, b) => b.area - a.area);
    const [height, width] = all[0].mask.size;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (const { mask, runs, color, striped } of all) {
      if (mask.size[0] !== height || mask.size[1] !== width) continue;
      const [r, g, b] = viz.rgb(color);
      const ink = ((128 << 24) | (b << 16) | (g << 8) | r) >>> 0;
      for (const [from, end] of runs) {
        let x = Math.floor(from / height),
          y = from % height;
        for (let i = from; i < end && x < width; i += 1) {
          if (!striped || (x + y) % 10 < 4) pixels[y * width + x] = ink;
          y += 1;
          if (y === height) {
            y = 0;
            x += 1;
          }
        }
      }
    }
    context.putImageData(image, 0, 0);
  };
}
