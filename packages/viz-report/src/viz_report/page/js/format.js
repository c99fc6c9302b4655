/* Numbers, times and sizes as people read them. */
"use strict";
{
  const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

  /* Four digits that count: 0.01235, 12.35, 1.235e-9. */
  viz.number = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e7) return whole.format(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e7))
      return value.toExponential(3).replace(/\.?0+e/, "e");
    return String(Number(value.toPrecision(4)));
  };

  viz.count = (value, noun) => `${whole.format(value)} ${noun}${value === 1 ? "" : "s"}`;

  viz.duration = (seconds) => {
    if (seconds === null || seconds === undefined) return "–";
    if (seconds < 60) return `${Number(seconds.toPrecision(seconds < 10 ? 2 : 3))} s`;
    const minutes = Math.floor(seconds / 60),
      hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
    if (hours) return `${hours} h ${minutes % 60} min`;
    return `${minutes} min ${Math.floor(seconds % 60)} s`;
  };

  viz.date = (time) => {
    const date = new Date(time * 1000);
    const two = (n) => String(n).padStart(2, "0");
    return (
      `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
      `${two(date.getHours())}:${two(date.getMinutes())}`
    );
  };

  viz.bytes = (size) => {
    if (size === null || size === undefined) return "";
    const units = ["B", "KB", "MB", "GB", "TB"];
    let unit = 0;
    while (size >= 1000 && unit < 4) {
      size /= 1000;
      unit += 1;
    }
    return `${Number(size.toPrecision(3))} ${units[unit]}`;
  };

  /* A value of a config in one line. */
  viz.literal = (value) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "–"));
}
