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

  const UNITS = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];

  const unitOf = (size) => {
    if (size >= 1e15 || (size && size < 1e-4)) {
      const power = Math.floor(Math.log10(size));
      return [10 ** power, `e${power}`];
    }
    return size < 1e4 ? [1, ""] : UNITS.find(([unit]) => size >= unit);
  };

  /* Ticks that are `apart` from each other, in one unit and with the digits that tell them apart:
     0, 0.5e-5, 1e-5, or 100.0002M, 100.0004M. */
  viz.tickNumbers = (ticks, apart) => {
    const [unit, sign] = unitOf(Math.max(...ticks.map(Math.abs)));
    const digits = Math.min(Math.max(Math.ceil(-Math.log10(apart / unit)) + 1, 0), 20);
    return ticks.map((tick) => {
      const number = String(Number((tick / unit).toFixed(digits)));
      return number === "0" ? number : number + sign;
    });
  };

  /* Seconds, in seconds, minutes, hours or days. */
  viz.tickTimes = (ticks, apart) => {
    const largest = Math.max(...ticks.map(Math.abs));
    const [unit, sign] = [
      [86400, "d", 2 * 86400],
      [3600, "h", 7200],
      [60, "m", 120],
      [1, "s", 0],
    ].find(([, , from]) => largest >= from);
    const numbers = viz.tickNumbers(ticks.map((tick) => tick / unit), apart / unit);
    return numbers.map((number) => (number === "0" ? number : number + sign));
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
