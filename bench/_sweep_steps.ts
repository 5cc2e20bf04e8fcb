/** A line that the command wrote, with the seconds since its start. */
export interface TimedLine {
  readonly at: number;
  readonly text: string;
}

/** In what share of the time before `at` (seconds) a kernel ran: 0 to 1. */
export interface DeviceSample {
  readonly at: number;
  readonly share: number;
}

/** What the command did from one second to another. */
export interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A step's line: the time in brackets, then what begins; of the last one without its list of files. */
const STEP = /^\[[\d:]+\] (Done(?=:)|.*)/;

/**
 * The steps that the command's lines name, each up to the next one; what comes before the first is
 * "start".
 *
 * @param seconds When the command ended.
 */
export function stepsOf(lines: readonly TimedLine[], seconds: number): Step[] {
  const begun = lines.flatMap(({ at, text }) => {
    const name = STEP.exec(text.trim())?.[1];
    return name === undefined ? [] : [{ at, name }];
  });
  const all = [{ at: 0, name: "start" }, ...begun];
  return all.map(({ at, name }, i) => ({ name, from: at, to: all[i + 1]?.at ?? seconds }));
}

/** The mean of a step's samples, 0 to 1; `undefined` where there is none. */
export function deviceShare(
  { from, to }: Step,
  samples: readonly DeviceSample[],
): number | undefined {
  const own = samples.filter(({ at }) => at > from && at <= to);
  if (own.length === 0) return undefined;
  return own.reduce((sum, { share }) => sum + share, 0) / own.length;
}
