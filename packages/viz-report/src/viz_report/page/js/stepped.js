/* Sections of what is recorded step by step under a name: a card a name, at the chosen step. */
"use strict";
{
  const chosen = () => viz.run(viz.state.run);

  /* A card with a name and the step that it shows; `make(card)` fills it and returns
     `show(record, run, records)`. */
  viz.steppedCard = (card, kind, name, make, run = chosen) => {
    const where = viz.h("span", { class: "muted where" });
    const body = viz.h("div", {});
    const waiting = viz.h("p", { class: "muted" });
    card.append(
      viz.h(
        "header",
        {},
        viz.h("h4", { title: name }, name.split("/").pop() || name || "unnamed"),
        where,
      ),
      body,
      waiting,
    );
    const show = make(body, name);
    card.draw = () => {
      const records = viz.kind(run(), kind)[name];
      const record = viz.latest(records, viz.state.step);
      body.hidden = !record;
      where.textContent = record ? `step ${viz.number(record.step)}` : "";
      waiting.textContent = record
        ? ""
        : records?.length
          ? `First recorded at step ${viz.number(records[0].step)}.`
          : "Not recorded by this run.";
      if (record) show(record, run(), records);
    };
  };

  const made = [];

  /* A section of one or several kinds: [[kind, make], ...]; what `skip(name)` says is elsewhere. */
  viz.steppedSection = (id, title, kinds, { className = "", skip = () => false } = {}) => {
    const namesOf = (kind) => viz.names(kind).filter((name) => !skip(name));
    const section = { lists: [] };
    made.push(section);
    viz.section(id, title, {
      count: () => kinds.reduce((sum, [kind]) => sum + namesOf(kind).length, 0),
      build: (body) => {
        section.lists = kinds
          .filter(([kind]) => namesOf(kind).length)
          .map(([kind, make, heading]) => {
            const list = viz.groups(
              namesOf(kind),
              (card, name) => {
                if (!card.draw) viz.steppedCard(card, kind, name, make);
                card.draw();
              },
              {
                className: `cards ${className}`,
                unfill: () => {},
                there: (name) => name in viz.kind(chosen(), kind),
              },
            );
            if (heading) body.append(viz.h("h3", {}, heading));
            body.append(list);
            return list;
          });
        const tools = viz.runChoice();
        if (tools) body.prepend(viz.h("div", { class: "toolbar" }, tools));
      },
    });
  };

  viz.redrawStepped = () =>
    made.forEach(({ lists }) =>
      lists.forEach((list) => list.filled().forEach((card) => card.draw())),
    );
  viz.on("query run", () => made.forEach(({ lists }) => lists.forEach((list) => list.search())));
  viz.on("step run hidden", viz.redrawStepped);
  viz.onTheme(viz.redrawStepped);
}
