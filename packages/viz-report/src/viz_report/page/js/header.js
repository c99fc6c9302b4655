/* What the runs are, and what is not here: the first thing to know. */
"use strict";
{
  const facts = (pairs) =>
    viz.h(
      "dl",
      { class: "facts" },
      pairs
        .filter(([, value]) => value !== null)
        .map(([name, value]) => viz.h("div", {}, viz.h("dt", {}, name), viz.h("dd", {}, value))),
    );

  /* { WandbVisBackend: { image: 3 } } in words. */
  const missing = (run) =>
    Object.entries(run.not_recorded ?? {}).flatMap(([backend, kinds]) =>
      Object.entries(kinds).map(
        ([kind, count]) =>
          `${backend}: ${typeof count === "number" ? `${viz.number(count)} × ${kind.replaceAll("_", " ")}` : `${kind} ${count}`}`,
      ),
    );

  const notice = (title, lines) =>
    lines.length
      ? viz.h(
          "div",
          { class: "notice", role: "note" },
          viz.h("strong", {}, title),
          viz.h(
            "ul",
            {},
            lines.map((line) => viz.h("li", {}, line)),
          ),
        )
      : null;

  const numbers = (title, values) =>
    Object.keys(values ?? {}).length
      ? viz.h(
          "div",
          {},
          viz.h("h4", {}, title),
          viz.h(
            "dl",
            { class: "numbers" },
            Object.entries(values).map(([name, value]) =>
              viz.h(
                "div",
                {},
                viz.h("dt", {}, name),
                viz.h("dd", {}, typeof value === "number" ? viz.number(value) : viz.literal(value)),
              ),
            ),
          ),
        )
      : null;

  const about = (run, index) => {
    const sessions = run.sessions ?? [];
    const started = sessions.map((s) => s.started).filter(Number.isFinite);
    const running =
      viz.data.live && sessions.some((s) => s.ended === null || s.ended === undefined);
    const ended = sessions.length && sessions.every((s) => Number.isFinite(s.ended));
    const state = running ? "being written" : started.length && !ended ? "not ended" : null;
    const scalars = Object.keys(viz.kind(run, "scalars")).length;
    const samples = Object.keys(viz.kind(run, "annotations")).length;
    const lost = missing(run);
    const article = viz.h(
      "article",
      { class: "run" },
      viz.h(
        "h3",
        {},
        viz.data.runs.length > 1 ? viz.runMark(index) : null,
        run.name,
        state ? viz.h("span", { class: "tag" }, state) : null,
      ),
      facts([
        ["Started", started.length ? viz.date(Math.min(...started)) : null],
        ["Duration", Number.isFinite(run.seconds) ? viz.duration(run.seconds) : null],
        ["Sessions", sessions.length ? String(sessions.length) : null],
        ["Scalars", scalars ? String(scalars) : null],
        ["Samples", samples ? String(samples) : null],
        ["Not recorded", lost.length || run.skipped ? null : "nothing"],
      ]),
      notice("Not recorded", [
        ...lost,
        ...(run.skipped ? [`${viz.count(run.skipped, "line")} could not be read`] : []),
      ]),
      viz.h(
        "div",
        { class: "columns" },
        numbers("Hyperparameters", run.hparams?.hparams),
        numbers("Metrics", run.hparams?.metrics),
      ),
      run.config && Object.keys(run.config).length
        ? viz.h(
            "details",
            {
              class: "config",
              open: viz.data.runs.length === 1 && Object.keys(run.config).length <= 12,
            },
            viz.h(
              "summary",
              {},
              "Config",
              viz.h("span", { class: "muted" }, viz.count(Object.keys(run.config).length, "key")),
            ),
            viz.tree(run.config, `the config of ${run.name}`),
          )
        : null,
    );
    article.config = JSON.stringify([run.id, run.config]);
    return article;
  };

  viz.header = () => {
    const { title, runs, left_out: leftOut, made, live } = viz.data;
    const names = viz.count(runs.length, "run");
    const empty =
      !runs.length ||
      runs.every(
        (run) =>
          !Object.keys(viz.kind(run, "scalars")).length &&
          !(run.files ?? []).length &&
          viz.STEPPED.every((kind) => !Object.keys(viz.kind(run, kind)).length),
      );
    return viz.h(
      "header",
      { id: "header" },
      viz.h("h1", {}, title || "Report"),
      viz.h(
        "p",
        { class: "muted", id: "made" },
        live
          ? `${names}, live`
          : Number.isFinite(made)
            ? `${names}, written ${viz.date(made)}`
            : names,
      ),
      notice("Left out of this report", leftOut ?? []),
      empty ? viz.h("p", { class: "empty" }, "Nothing has been recorded yet.") : null,
      viz.h("div", { class: "runs" }, runs.map(about)),
    );
  };

  /* After a live run brought news; a config that is the same stays as the reader opened it. */
  viz.renewHeader = () => {
    const old = document.getElementById("header");
    const fresh = viz.header();
    const before = new Map(
      [...old.querySelectorAll(".run")].map((article) => [article.config, article]),
    );
    for (const article of fresh.querySelectorAll(".run")) {
      const kept = before.get(article.config)?.querySelector(".config");
      if (kept) article.querySelector(".config").replaceWith(kept);
    }
    old.replaceWith(fresh);
  };
}
