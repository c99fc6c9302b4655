/* The one slider of steps, for all that is shown step by step. */
"use strict";
{
  let steps = [],
    input = null,
    output = null,
    play = null,
    timer = null;

  const index = () => {
    let at = 0;
    while (at + 1 < steps.length && steps[at + 1] <= viz.state.step) at += 1;
    return at;
  };

  const show = () => {
    if (!input) return;
    const at = index();
    input.value = at;
    input.setAttribute("aria-valuetext", `step ${steps[at]}`);
    output.textContent = `step ${viz.number(steps[at])}`;
    output.title = `${at + 1} of ${steps.length}`;
  };

  /* Go `by` steps on, or back. */
  viz.stepBy = (by) => {
    if (!steps.length) return;
    const at = Math.min(Math.max(index() + by, 0), steps.length - 1);
    viz.set({ step: steps[at] });
  };

  /* Go to the last recorded step at or before x. */
  viz.goToStep = (x) => {
    const before = steps.filter((step) => step <= x);
    if (steps.length) viz.set({ step: before.length ? before[before.length - 1] : steps[0] });
  };

  const playing = (on) => {
    clearInterval(timer);
    timer = null;
    play.setAttribute("aria-pressed", String(on));
    if (!on) return;
    if (index() === steps.length - 1) viz.set({ step: steps[0] });
    timer = setInterval(() => {
      if (index() >= steps.length - 1) playing(false);
      else viz.stepBy(1);
    }, 350);
  };

  const button = (label, text, by) =>
    viz.h(
      "button",
      { type: "button", "aria-label": label, title: label, click: () => viz.stepBy(by) },
      text,
    );

  /* Make the dock, or let it know of new steps; a reader at the last step stays at the last. */
  viz.stepper = () => {
    const wasLast = steps.length > 0 && viz.state.step === steps[steps.length - 1];
    steps = viz.allSteps();
    const dock = document.getElementById("dock");
    dock.hidden = steps.length < 2;
    document.body.classList.toggle("docked", !dock.hidden);
    if (steps.length && (viz.state.step === null || wasLast))
      viz.set({ step: steps[steps.length - 1] });
    if (!input) {
      input = viz.h("input", {
        type: "range",
        min: 0,
        step: 1,
        "aria-label": "Step",
        input: () => viz.set({ step: steps[Number(input.value)] }),
      });
      output = viz.h("output", { class: "number" });
      play = viz.toggle("▶", false, playing, {
        "aria-label": "Play",
        title: "Play",
        class: "play",
      });
      dock.append(
        play,
        button("Previous step", "‹", -1),
        input,
        button("Next step", "›", 1),
        output,
      );
    }
    input.max = Math.max(steps.length - 1, 0);
    show();
  };
  viz.on("step", show);
}
