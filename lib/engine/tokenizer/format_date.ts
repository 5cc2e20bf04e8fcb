import { UsageError } from "../../ground/mod.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAY_MS = 86_400_000;

/**
 * Writes the midnight (UTC) of a day as Python's `strftime` does on Linux, with English names: the
 * function that chat templates call `strftime_now`.
 *
 * @param day The midnight, as `calendarDay` gives it.
 * @param format Text with codes such as `%d %B %Y`; `%-d` leaves the padding out.
 * @throws {UsageError} If a code is not one of Python's for dates and times.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatDate(new Date("2024-07-05T00:00:00Z"), "%a, %-d %b %Y"), "Fri, 5 Jul 2024");
 * ```
 *
 * Source: https://docs.python.org/3/library/datetime.html#format-codes, and glibc's `strftime`
 */
export function formatDate(day: Date, format: string): string {
  return format.replaceAll(/%([-_0^]?)([\s\S]?)/g, (whole, flag: string, code: string) => {
    const value = CODES[code]?.(day);
    if (value === undefined) {
      throw new UsageError(
        `Cannot write the date as the chat template asks: it has the code "${whole}"`,
      );
    }
    if (typeof value === "string") return flag === "^" ? value.toUpperCase() : value;
    const [number, width, pad = "0"] = value;
    if (flag === "-") return String(number);
    return String(number).padStart(width, flag === "_" ? " " : flag === "0" ? "0" : pad);
  });
}

/** A text, or a number with its width and, where that is not "0", what pads it. */
type Value = string | readonly [number: number, width: number, pad?: string];

const CODES: Readonly<Record<string, (day: Date) => Value>> = {
  a: (day) => WEEKDAYS[day.getUTCDay()]!.slice(0, 3),
  A: (day) => WEEKDAYS[day.getUTCDay()]!,
  b: (day) => MONTHS[day.getUTCMonth()]!.slice(0, 3),
  B: (day) => MONTHS[day.getUTCMonth()]!,
  c: (day) => formatDate(day, "%a %b %e %H:%M:%S %Y"),
  C: (day) => [Math.floor(day.getUTCFullYear() / 100), 2],
  d: (day) => [day.getUTCDate(), 2],
  D: (day) => formatDate(day, "%m/%d/%y"),
  e: (day) => [day.getUTCDate(), 2, " "],
  f: () => "000000",
  F: (day) => formatDate(day, "%Y-%m-%d"),
  g: (day) => [isoWeek(day).year % 100, 2],
  G: (day) => [isoWeek(day).year, 4],
  h: (day) => formatDate(day, "%b"),
  H: () => [0, 2],
  I: () => [12, 2],
  j: (day) => [dayOfYear(day) + 1, 3],
  m: (day) => [day.getUTCMonth() + 1, 2],
  M: () => [0, 2],
  n: () => "\n",
  p: () => "AM",
  r: () => "12:00:00 AM",
  R: () => "00:00",
  S: () => [0, 2],
  t: () => "\t",
  T: () => "00:00:00",
  u: (day) => [day.getUTCDay() || 7, 1],
  U: (day) => [Math.floor((dayOfYear(day) + 7 - day.getUTCDay()) / 7), 2],
  V: (day) => [isoWeek(day).week, 2],
  w: (day) => [day.getUTCDay(), 1],
  W: (day) => [Math.floor((dayOfYear(day) + 7 - (day.getUTCDay() + 6) % 7) / 7), 2],
  x: (day) => formatDate(day, "%m/%d/%y"),
  X: () => "00:00:00",
  y: (day) => [day.getUTCFullYear() % 100, 2],
  Y: (day) => [day.getUTCFullYear(), 4],
  z: () => "",
  Z: () => "",
  "%": () => "%",
};

/** Days since the 1st of January. */
function dayOfYear(day: Date): number {
  return Math.round((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / DAY_MS);
}

/** Week and year by ISO 8601: a week belongs to the year of its Thursday. */
function isoWeek(day: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(day.getTime() + (3 - (day.getUTCDay() + 6) % 7) * DAY_MS);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
