/* Other images and figures, at the chosen step. */
"use strict";
{
  const make = (large) => (body, name) => {
    const image = viz.h("img", { class: "whole", decoding: "sync" });
    const gone = viz.h("p", { class: "muted" }, "image left out");
    const button = large
      ? image
      : viz.h(
          "button",
          {
            type: "button",
            class: "opens",
            "aria-label": `Enlarge ${name}`,
            click: () =>
              viz.enlargeImage((card) => viz.steppedCard(card, body.kind, name, make(true)), name),
          },
          image,
        );
    body.append(button, gone);
    let key = null;
    return (record) => {
      const source = viz.blob(record.image);
      button.hidden = !source;
      gone.hidden = Boolean(source);
      if (record.width && record.height)
        image.style.aspectRatio = `${record.width} / ${record.height}`;
      if (source && key !== record.image) image.src = source;
      key = record.image;
      image.alt = `${name} at step ${record.step}`;
    };
  };

  const of = (kind) => (body, name) => {
    body.kind = kind;
    return make(false)(body, name);
  };

  viz.steppedSection(
    "images",
    "Images",
    [
      ["images", of("images")],
      ["figures", of("figures"), "Figures"],
    ],
    { className: "images" },
  );
}
