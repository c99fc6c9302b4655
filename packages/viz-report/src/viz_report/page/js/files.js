/* The files that were recorded. */
"use strict";
{
  viz.section("files", "Files", {
    count: () => viz.data.runs.reduce((sum, run) => sum + (run.files ?? []).length, 0),
    build: (body) =>
      body.append(
        ...viz.data.runs
          .filter((run) => run.files?.length)
          .map((run) =>
            viz.h(
              "div",
              { class: "files" },
              viz.data.runs.length > 1 ? viz.h("h3", {}, run.name) : null,
              viz.h(
                "ul",
                {},
                run.files.map(({ name, size, href }) =>
                  viz.h(
                    "li",
                    {},
                    viz.safeLink(href)
                      ? viz.h("a", { href: viz.safeLink(href), rel: "noopener noreferrer" }, name)
                      : viz.h("span", { class: "name" }, name),
                    viz.h("span", { class: "muted number" }, viz.bytes(size)),
                  ),
                ),
              ),
            ),
          ),
      ),
  });
}
