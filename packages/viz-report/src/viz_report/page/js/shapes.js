/* Annotations as SVG: boxes, turned boxes and keypoints with their limbs. */
"use strict";
{
  const finite = (values) => Array.isArray(values) && values.every(Number.isFinite);
  const polygon = (points) => `M${points.map(([x, y]) => `${x},${y}`).join("L")}Z`;

  /* The corners of cx, cy, width, height and degrees, clockwise as seen. */
  const corners = ([cx, cy, w, h, degrees]) => {
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return [
      [-w, -h],
      [w, -h],
      [w, h],
      [-w, h],
    ].map(([x, y]) => [cx + (x * c - y * s) / 2, cy + (x * s + y * c) / 2]);
  };

  const around = (points) => {
    const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  };

  /* Points that are there and to be drawn; null for the others, so that limbs find theirs. */
  const known = (annotations, i) =>
    (annotations.keypoints?.[i] ?? []).map((p, k) =>
      finite(p?.slice(0, 2)) && annotations.visibility?.[i]?.[k] !== 0 ? p : null,
    );

  const sizeOf = (annotations) =>
    Math.max(
      0,
      ...["labels", "names", "bboxes", "rotated_bboxes", "masks", "keypoints", "scores", "ids"].map(
        (key) => annotations[key]?.length ?? 0,
      ),
    );

  /* What is drawn of object i: outlines as a path, points, and the extent that its label stands by. */
  const outline = (annotations, i) => {
    const box = annotations.bboxes?.[i],
      turned = annotations.rotated_bboxes?.[i];
    const points = known(annotations, i);
    const there = points.filter(Boolean);
    let path = "",
      extent = null;
    if (finite(turned)) {
      const four = corners(turned);
      path = polygon(four);
      extent = around(four);
    }
    if (finite(box)) {
      const [x1, y1, x2, y2] = box;
      path += `M${x1},${y1}H${x2}V${y2}H${x1}Z`;
      extent ??= [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
    }
    if (!extent && annotations.masks?.[i]) extent = viz.maskExtent(annotations.masks[i]);
    if (!extent && there.length) extent = around(there);
    const limbs = (annotations.skeleton ?? [])
      .filter(([a, b]) => points[a] && points[b])
      .map(([a, b]) => `M${points[a][0]},${points[a][1]}L${points[b][0]},${points[b][1]}`)
      .join("");
    const dots = (wanted) =>
      points.map((p, k) => (p && wanted(k) ? `M${p[0]},${p[1]}h0` : "")).join("");
    return {
      path,
      limbs,
      extent,
      dots: dots(() => true),
      hidden: dots((k) => annotations.visibility?.[i]?.[k] === 1),
    };
  };

  /* A map's segments are objects that have but a mask; the label stands within it. */
  const segment = (map, i) => ({
    path: "",
    limbs: "",
    dots: "",
    hidden: "",
    extent: viz.maskMiddle(map.masks[i]),
  });

  const textOf = (name, score, id) =>
    [name, score === null ? null : score.toFixed(2), id >= 0 ? `#${id}` : null]
      .filter((part) => part !== null)
      .join(" ");

  /* The objects of one side of a record that are to be seen: with name, color, score, outlines. */
  viz.objects = (annotations, run, isPrediction) => {
    const found = [];
    found.total = 0;
    const add = (part, shape, ids) => {
      const count = sizeOf(part);
      found.total += count;
      for (let i = 0; i < count; i += 1) {
        const label = part.labels?.[i];
        const name =
          part.names?.[i] ??
          run?.classes?.[label] ??
          (Number.isInteger(label) ? `class ${label}` : "object");
        const score = part.scores?.[i] ?? null;
        if (viz.state.off.includes(name)) continue;
        if (isPrediction && score !== null && score < viz.state.score) continue;
        found.push({
          name,
          score,
          text: textOf(name, score, ids?.[i]),
          color: viz.classColor(name),
          mask: part.masks?.[i] ?? null,
          ...shape(part, i),
        });
      }
    };
    for (const map of [annotations?.semantic, annotations?.panoptic])
      if (map?.masks) add(map, segment);
    if (annotations) add(annotations, outline, annotations.ids);
    return found;
  };

  /* Paths for an <svg> in the image's pixels. A dark line lies under each, for bright images;
     lines keep their width however large the image is shown. */
  viz.drawObjects = (objects, dashed) => {
    const all = objects.map(({ path, limbs }) => path + limbs).join("");
    const dots = objects.map((object) => object.dots).join("");
    const paths = [viz.svg("path", { d: all, class: "halo" })];
    if (dots) paths.push(viz.svg("path", { d: dots, class: "dots halo" }));
    for (const { path, limbs, dots: own, hidden, color, text } of objects) {
      const add = (d, kind) => {
        const line = viz.svg("path", { d, stroke: color, class: kind });
        line.says = text;
        paths.push(line);
      };
      if (path || limbs) add(path + limbs, dashed ? "line dashed" : "line");
      if (own) add(own, "dots");
      if (hidden) paths.push(viz.svg("path", { d: hidden, class: "dots hole" }));
    }
    return paths;
  };
}
