/* The bar above, and everything put in its place. */
"use strict";
{
  const bar = () => {
    const links = viz.h("div", { class: "links" });
    const search = viz.h("input", {
      id: "search",
      type: "search",
      placeholder: "Search",
      "aria-label": "Search names",
      "aria-keyshortcuts": "/",
      value: viz.state.query,
      input: () => viz.set({ query: search.value }),
    });
    viz.on("query", () => {
      if (search.value !== viz.state.query) search.value = viz.state.query;
    });
    const status = viz.data.live
      ? viz.h("span", { id: "status", class: "tag", role: "status" }, "live")
      : null;
    viz.says = (text) => {
      if (status.textContent !== text) status.textContent = text;
      status.classList.toggle("off", text !== "live");
    };
    document.getElementById("nav").append(
      ...[
        viz.h(
          "a",
          {
            class: "brand",
            href: "#header",
            click: (event) => {
              event.preventDefault();
              window.scrollTo({ top: 0 });
            },
          },
          viz.data.title || "Report",
        ),
        status,
        links,
        search,
        viz.h(
          "button",
          {
            type: "button",
            class: "icon",
            "aria-label": "Dark or light",
            title: "Dark or light (d)",
            click: viz.flipTheme,
          },
          "◐",
        ),
        viz.h(
          "button",
          {
            type: "button",
            class: "icon",
            "aria-label": "Keys",
            title: "Keys (?)",
            click: viz.help,
          },
          "?",
        ),
      ].filter(Boolean),
    );
    return links;
  };

  const main = document.getElementById("main");
  const links = bar();
  main.append(viz.header());
  viz.stepper();
  viz.buildSections(main, links);
  viz.links = links;
}
