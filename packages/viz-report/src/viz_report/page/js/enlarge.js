/* A sample or an image over the whole screen; keys go on stepping. */
"use strict";
{
  let dialog = null,
    card = null;

  const open = (fill, name) => {
    if (!dialog) {
      dialog = viz.h("dialog", {
        class: "large",
        click: (event) => {
          if (event.target === dialog) dialog.close();
        },
        close: () => {
          card = null;
          dialog.replaceChildren();
        },
      });
      document.body.append(dialog);
    }
    card = viz.h("article", { class: "card" });
    fill(card);
    dialog.setAttribute("aria-label", name);
    const close = viz.h(
      "button",
      { type: "button", class: "icon close", "aria-label": "Close", click: () => dialog.close() },
      "×",
    );
    dialog.replaceChildren(close, card);
    dialog.showModal();
    card.draw();
  };

  viz.enlarge = (name, run) => open((into) => viz.sampleCard(into, name, run, false), name);
  viz.enlargeImage = (fill, name) => open(fill, name);
  viz.redrawEnlarged = () => card?.draw();
}
