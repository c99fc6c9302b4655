/* What differs between the configs of runs: only the keys that do. */
"use strict";
{
  const flat = (value, key, found) => {
    const entries = value !== null && typeof value === "object" ? Object.entries(value) : [];
    if (!entries.length) found.set(key, viz.literal(value));
    for (const [name, inner] of entries) flat(inner, key ? `${key}.${name}` : name, found);
    return found;
  };

  const settings = (run) => {
    const all = run.config ? flat(run.config, "", new Map()) : new Map();
    for (const part of ["hparams", "metrics"])
      for (const [name, value] of Object.entries(run.hparams?.[part] ?? {}))
        all.set(
          `${part}: ${name}`,
          typeof value === "number" ? viz.number(value) : viz.literal(value),
        );
    all.delete("");
    return all;
  };

  /* A table of the keys whose values differ, a column a run. */
  viz.configDiff = (runs) => {
    const all = runs.map(settings);
    const keys = [...new Set(all.flatMap((one) => [...one.keys()]))].filter(
      (key) => new Set(all.map((one) => one.get(key))).size > 1,
    );
    if (!keys.length) return viz.h("p", { class: "muted" }, "The configs are the same.");
    return viz.h(
      "div",
      { class: "scroll" },
      viz.h(
        "table",
        { class: "diff" },
        viz.h(
          "thead",
          {},
          viz.h(
            "tr",
            {},
            viz.h(
              "th",
              { scope: "col" },
              viz.count(keys.length, "key") + (keys.length === 1 ? " differs" : " differ"),
            ),
            runs.map((run) => viz.h("th", { scope: "col" }, run.name)),
          ),
        ),
        viz.h(
          "tbody",
          {},
          keys.map((key) =>
            viz.h(
              "tr",
              {},
              viz.h("th", { scope: "row" }, key),
              all.map((one) =>
                viz.h(
                  "td",
                  {},
                  one.has(key) ? one.get(key) : viz.h("span", { class: "muted" }, "not set"),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  };
}
