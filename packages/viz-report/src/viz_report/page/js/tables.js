/* Tables that sort by a click on a column and show the rows that have the words of a filter. */
"use strict";
{
  const FIRST = 50;

  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    const numbers =
      a !== "" && b !== "" && a !== null && b !== null && Number.isFinite(x) && Number.isFinite(y);
    if (numbers) return x - y;
    return String(a ?? "").localeCompare(String(b ?? ""), "en", { numeric: true });
  };

  const text = (value) =>
    typeof value === "number" ? viz.number(value) : viz.literal(value ?? "");

  const make = (body, name) => {
    let record = null,
      column = null,
      down = false,
      limit = FIRST;
    const filter = viz.h("input", {
      type: "search",
      placeholder: "Filter rows",
      "aria-label": `Filter rows of ${name}`,
      input: () => draw(),
    });
    const head = viz.h("tr"),
      rows = viz.h("tbody"),
      count = viz.h("span", { class: "muted" });
    const more = viz.h("button", {
      type: "button",
      class: "quiet",
      click: () => {
        limit = Infinity;
        draw();
      },
    });
    body.append(
      viz.h("div", { class: "toolbar" }, filter, count),
      viz.h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
        viz.h("table", {}, viz.h("thead", {}, head), rows),
      ),
      more,
    );

    const sort = (i) => {
      if (column === i && down) column = null;
      else {
        down = column === i;
        column = i;
      }
      draw();
    };

    const draw = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = record.rows.filter((row) => {
        const low = row
          .map((cell) => viz.literal(cell ?? ""))
          .join(" ")
          .toLowerCase();
        return words.every((word) => low.includes(word));
      });
      if (column !== null)
        found = [...found].sort((a, b) => (down ? -1 : 1) * compare(a[column], b[column]));
      head.replaceChildren(
        ...record.columns.map((title, i) =>
          viz.h(
            "th",
            {
              scope: "col",
              "aria-sort": column === i ? (down ? "descending" : "ascending") : "none",
            },
            viz.h(
              "button",
              { type: "button", click: () => sort(i) },
              String(title),
              viz.h(
                "span",
                { class: "arrow", "aria-hidden": "true" },
                column === i ? (down ? "↓" : "↑") : "",
              ),
            ),
          ),
        ),
      );
      rows.replaceChildren(
        ...found.slice(0, limit).map((row) =>
          viz.h(
            "tr",
            {},
            row.map((cell) =>
              viz.h("td", { class: typeof cell === "number" ? "number" : null }, text(cell)),
            ),
          ),
        ),
      );
      more.hidden = found.length <= limit;
      more.textContent = `Show all ${found.length} rows`;
      const all = record.of ?? record.rows.length;
      count.textContent = words.length
        ? `${found.length} of ${viz.count(record.rows.length, "row")}`
        : all > record.rows.length
          ? `the first ${record.rows.length} of ${viz.count(all, "row")}`
          : viz.count(all, "row");
    };
    return (now) => {
      record = now;
      draw();
    };
  };

  viz.tableCard = (card, name, run) => {
    if (!card.draw) viz.steppedCard(card, "tables", name, make, run);
    card.draw();
  };
  viz.steppedSection("tables", "Tables", [["tables", make]], {
    className: "broad",
    skip: (name) => name.endsWith("/worst"),
  });
}
