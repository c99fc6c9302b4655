/* The page's sections: each with a heading, an entry in the bar above, and groups of named cards. */
"use strict";
{
  const registered = [];

  /* Add a section: `build(body)` fills it, and is called again when a live run brings new names;
     `count()` says how many things are in it: with none it is not there. */
  viz.section = (id, title, { count, build }) => registered.push({ id, title, count, build });

  /* Bring an element to the top, and keep it there while cards around it are filled, until the
     reader does something else. */
  const goTo = (element) => {
    const settling = new ResizeObserver(() => element.scrollIntoView());
    const stop = () => settling.disconnect();
    settling.observe(element.parentElement);
    setTimeout(stop, 2000);
    for (const event of ["wheel", "pointerdown", "keydown"])
      addEventListener(event, stop, { once: true });
    element.scrollIntoView();
  };

  const link = (section) =>
    viz.h(
      "a",
      {
        href: `#${section.id}`,
        click: (event) => {
          event.preventDefault(); // the link holds the reader's state
          goTo(section.element);
        },
      },
      section.title,
    );

  const make = (section) => {
    section.body = viz.h("div", { class: "body" });
    section.heading = viz.h("h2", { id: `${section.id}-title` }, section.title);
    section.element = viz.h(
      "section",
      { id: section.id, "aria-labelledby": `${section.id}-title` },
      section.heading,
      section.body,
    );
    section.link = link(section);
  };

  /* Build what is there; the first at once, the others when the screen has been painted. */
  viz.buildSections = (main, links) => {
    const todo = registered.filter((section) => !section.element && section.count());
    for (const section of todo) {
      make(section);
      const before = registered.slice(registered.indexOf(section) + 1).find((s) => s.element);
      main.insertBefore(section.element, before?.element ?? null);
      links.insertBefore(section.link, before?.link ?? null);
      spy.observe(section.element);
    }
    const next = () => {
      const section = todo.shift();
      if (!section) {
        document.documentElement.dataset.built = "yes";
        return;
      }
      section.build(section.body);
      setTimeout(next);
    };
    if (todo.length) todo[0].build(todo.shift().body);
    requestAnimationFrame(() => setTimeout(next));
  };

  /* Build sections again into which new names came. */
  viz.rebuild = (ids) => {
    for (const section of registered)
      if (section.element && ids.has(section.id)) {
        section.body.replaceChildren();
        section.build(section.body);
      }
  };

  /* The entry of the section that is read is marked. */
  const inSight = new Set();
  const spy = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) inSight.add(target);
        else inSight.delete(target);
      const current = registered.find((section) => inSight.has(section.element));
      for (const section of registered) {
        if (section !== current) section.link?.removeAttribute("aria-current");
        else if (!section.link.hasAttribute("aria-current")) {
          section.link.setAttribute("aria-current", "true");
          const row = section.link.parentElement; // on a phone it may lie beside the screen
          row.scrollLeft = section.link.offsetLeft - row.offsetLeft - row.clientWidth / 3;
        }
      }
    },
    { root: document, rootMargin: "-20% 0px -70% 0px" },
  );

  /* Cards with names, in groups by what stands before the last "/". A card is filled when it is
     near the screen, by `fill(card, name)`, and hidden while its name is not searched for or not
     `there(name)`. */
  viz.groups = (names, fill, { className = "cards", unfill, there = () => true } = {}) => {
    const groups = new Map();
    for (const name of names) {
      const group = name.includes("/") ? name.slice(0, name.lastIndexOf("/")) : "";
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(name);
    }
    const watcher = viz.watch((card, visible) => {
      if (visible && !card.filled) {
        card.filled = true;
        fill(card, card.name);
      }
      if (!visible && card.filled && unfill) {
        card.filled = false;
        unfill(card);
      }
    });
    const inOrder = [...groups].sort(([a], [b]) => Number(b === "") - Number(a === ""));
    const parts = inOrder.map(([group, inside], at) => {
      const cards = inside.map((name) => {
        const card = viz.h("article", { class: "card", "aria-label": name });
        card.name = name;
        watcher.observe(card);
        return card;
      });
      const grid = viz.h("div", { class: className }, cards);
      const count = viz.h("span", { class: "muted" });
      const open = groups.size <= 12 || at < 6;
      const part = !group
        ? viz.h("div", { class: "group" }, grid)
        : viz.h(
            "details",
            { class: "group", open },
            viz.h("summary", {}, viz.h("span", { class: "name" }, group), count),
            grid,
          );
      return { part, cards, count, open };
    });
    const nothing = viz.h("p", { class: "muted", hidden: true });
    const search = () => {
      let all = 0;
      for (const { part, cards, count, open } of parts) {
        let found = 0;
        for (const card of cards) {
          card.hidden = !viz.matches(card.name) || !there(card.name);
          found += !card.hidden;
        }
        part.hidden = !found;
        if (part.tagName === "DETAILS" && viz.state.query) part.open = true;
        else if (part.tagName === "DETAILS" && part.opened) part.open = open;
        part.opened = Boolean(viz.state.query);
        count.textContent = found === cards.length ? String(found) : `${found} of ${cards.length}`;
        all += found;
      }
      nothing.hidden = all > 0 || !names.length;
      nothing.textContent = viz.state.query
        ? "No name here has these words."
        : "Not recorded by this run.";
    };
    search();
    const element = viz.h(
      "div",
      { class: "groups" },
      parts.map(({ part }) => part),
      nothing,
    );
    element.search = search;
    element.filled = () => parts.flatMap(({ cards }) => cards.filter((card) => card.filled));
    return element;
  };
}
