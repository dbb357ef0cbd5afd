/** The points of the forecast's chart: items done so far, and the range of what may come. */
import type { ForecastView } from './wire';

export interface Point {
  time: number;
  done?: number;
  middle?: number;
  range?: [number, number];
}

/** Lines from today to the three dates, at every one of them; where a line has arrived it stays at the target. */
export function pointsOf(view: ForecastView): Point[] {
  const worked = view.days.reduce((all, { done }) => all + done, 0);
  // Items that came in done stand below what people did.
  let done = view.done - worked;
  const past: Point[] = view.days.map((day) => ({ time: Date.parse(day.day), done: (done += day.done) }));
  const { forecast } = view;
  const last = past.at(-1);
  if (!forecast || !last || !forecast.earliest) return past;
  const from = view.done;
  const goal = view.done + view.left;
  const ends = [forecast.earliest, forecast.middle, forecast.latest].map((date) => (date ? Date.parse(date) : null));
  const far = ends.findLast((end) => end !== null)!;
  const at = (end: number | null, time: number) =>
    end === null ? from : end <= last.time ? goal : Math.min(goal, from + ((time - last.time) / (end - last.time)) * (goal - from));
  const times = [...new Set([last.time, ...ends.filter((end) => end !== null && end > last.time), far])].sort((a, b) => a! - b!);
  const coming: Point[] = times.map((time) => ({
    time: time!,
    middle: at(ends[1]!, time!),
    range: [at(ends[2]!, time!), at(ends[0]!, time!)],
  }));
  return [...past.slice(0, -1), { ...last, ...coming[0] }, ...coming.slice(1)];
}
