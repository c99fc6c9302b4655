/* The safe part of Markdown, made of elements: headings, lists, quotes, code, tables, emphasis.
   Links and images stay as they were written: nothing leaves the page. */
"use strict";
{
  const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*([^\s*](?:.*?[^\s*])?)\*/g;

  const inline = (text) => {
    const parts = [];
    let at = 0;
    for (const match of text.matchAll(INLINE)) {
      parts.push(text.slice(at, match.index));
      const [, , code, bold, under, italic] = match;
      if (code !== undefined) parts.push(viz.h("code", {}, code.trim() || code));
      else if (italic !== undefined) parts.push(viz.h("em", {}, inline(italic)));
      else parts.push(viz.h("strong", {}, inline(bold ?? under)));
      at = match.index + match[0].length;
    }
    return [...parts, text.slice(at)];
  };

  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("\\|", "|"));
  const isRule = (line) =>
    line !== undefined &&
    /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line) &&
    line.includes("-");

  /* Take the lines that `test` accepts off the front. */
  const take = (lines, test) => {
    const taken = [];
    while (lines.length && test(lines[0])) taken.push(lines.shift());
    return taken;
  };

  const starts = [
    [
      /^ {0,3}(```|~~~)/,
      (lines) => {
        const fence = lines.shift().trim().slice(0, 3);
        const code = take(lines, (line) => !line.trim().startsWith(fence));
        lines.shift();
        return viz.h("pre", {}, viz.h("code", {}, code.join("\n")));
      },
    ],
    [
      /^ {0,3}#{1,6}\s/,
      (lines) => {
        const [, marks, text] = lines.shift().match(/^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/) ?? [
          null,
          "#",
          "",
        ];
        return viz.h(
          "p",
          {
            class: `heading level${marks.length}`,
            role: "heading",
            "aria-level": String(Math.min(marks.length + 3, 6)),
          },
          inline(text),
        );
      },
    ],
    [
      /^ {0,3}([-*_])(\s*\1){2,}\s*$/,
      (lines) => {
        lines.shift();
        return viz.h("hr");
      },
    ],
    [
      /^\s*[-*+]\s+/,
      (lines) =>
        viz.h(
          "ul",
          {},
          take(lines, (line) => /^\s*[-*+]\s+/.test(line)).map((line) =>
            viz.h("li", {}, inline(line.replace(/^\s*[-*+]\s+/, ""))),
          ),
        ),
    ],
    [
      /^\s*\d+[.)]\s+/,
      (lines) =>
        viz.h(
          "ol",
          { start: parseInt(lines[0], 10) },
          take(lines, (line) => /^\s*\d+[.)]\s+/.test(line)).map((line) =>
            viz.h("li", {}, inline(line.replace(/^\s*\d+[.)]\s+/, ""))),
          ),
        ),
    ],
    [
      /^\s*>/,
      (lines) =>
        viz.h(
          "blockquote",
          {},
          inline(
            take(lines, (line) => /^\s*>/.test(line))
              .map((line) => line.replace(/^\s*>\s?/, ""))
              .join(" "),
          ),
        ),
    ],
  ];

  const table = (lines) => {
    const head = cells(lines.shift());
    lines.shift();
    const rows = take(lines, (line) => line.includes("|")).map(cells);
    return viz.h(
      "div",
      { class: "scroll" },
      viz.h(
        "table",
        {},
        viz.h(
          "thead",
          {},
          viz.h(
            "tr",
            {},
            head.map((cell) => viz.h("th", {}, inline(cell))),
          ),
        ),
        viz.h(
          "tbody",
          {},
          rows.map((row) =>
            viz.h(
              "tr",
              {},
              row.map((cell) => viz.h("td", {}, inline(cell))),
            ),
          ),
        ),
      ),
    );
  };

  viz.markdown = (text) => {
    const lines = text.replaceAll("\r\n", "\n").split("\n");
    const blocks = [];
    while (lines.length) {
      if (!lines[0].trim()) {
        lines.shift();
        continue;
      }
      const found = starts.find(([test]) => test.test(lines[0]));
      if (found) blocks.push(found[1](lines));
      else if (lines[0].includes("|") && isRule(lines[1])) blocks.push(table(lines));
      else {
        const first = lines.shift();
        const rest = take(
          lines,
          (line) => line.trim() && !starts.some(([test]) => test.test(line)),
        );
        blocks.push(
          viz.h(
            "p",
            {},
            [first, ...rest].flatMap((line, i) =>
              i ? [viz.h("br"), ...inline(line)] : inline(line),
            ),
          ),
        );
      }
    }
    return viz.h("div", { class: "markdown" }, blocks);
  };
}
