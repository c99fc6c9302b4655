/* Dark or light: as the system says, until the reader chooses. */
"use strict";
{
  const KEY = "viz-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  let chosen = kept();
  const listeners = [];

  viz.isDark = () => (chosen === "dark" || chosen === "light" ? chosen === "dark" : system.matches);
  viz.onTheme = (listener) => listeners.push(listener);

  const apply = () => {
    document.documentElement.dataset.theme = viz.isDark() ? "dark" : "light";
    listeners.forEach((listener) => listener());
  };

  viz.flipTheme = () => {
    chosen = viz.isDark() ? "light" : "dark";
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      /* a frame without storage */
    }
    apply();
  };

  /* A color of the style sheet, for canvases. */
  viz.css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  system.addEventListener("change", apply);
  apply();
}
