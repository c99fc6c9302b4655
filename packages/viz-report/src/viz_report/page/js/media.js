/* Texts, videos and recorded HTML. */
"use strict";
{
  viz.steppedSection(
    "texts",
    "Texts",
    [
      [
        "texts",
        (body) => (record) => {
          if (body.shown === record) return;
          body.shown = record;
          body.replaceChildren(viz.markdown(String(record.text ?? "")));
        },
      ],
    ],
    { className: "broad" },
  );

  viz.steppedSection(
    "videos",
    "Videos",
    [
      [
        "videos",
        (body, name) => (record) => {
          if (body.shown === record.video) return;
          body.shown = record.video;
          const source = viz.blob(record.video);
          const label = `${name} at step ${record.step}`;
          body.replaceChildren(
            !source
              ? viz.h("p", { class: "muted" }, "video left out")
              : record.type === "image/gif"
                ? viz.h("img", { class: "whole", src: source, alt: label })
                : viz.h("video", {
                    class: "whole",
                    src: source,
                    controls: true,
                    loop: true,
                    muted: true,
                    playsinline: true,
                    preload: "metadata",
                    "aria-label": label,
                  }),
          );
        },
      ],
    ],
    { className: "images" },
  );

  /* A live page leads to the file, served in a sandbox of its own: it may be larger than a frame. */
  const alone = (href) =>
    viz.h("a", { href, target: "_blank", rel: "noopener noreferrer" }, "Open alone");

  /* In a frame without scripts, forms, or a way to this page. */
  viz.steppedSection(
    "html",
    "HTML",
    [
      [
        "html",
        (body, name) => (record) => {
          if (body.shown === record) return;
          body.shown = record;
          body.replaceChildren(
            viz.h("iframe", {
              sandbox: "",
              srcdoc: String(record.html ?? ""),
              title: `${name} at step ${record.step}`,
              referrerpolicy: "no-referrer",
            }),
            ...(viz.safeLink(record.href) ? [alone(viz.safeLink(record.href))] : []),
          );
        },
      ],
    ],
    { className: "broad" },
  );
}
