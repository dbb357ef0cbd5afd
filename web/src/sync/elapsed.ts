/**
 * Counts time that has passed, in milliseconds, and never too little: the wall clock may be set back,
 * and the steady clock may stand still while the machine sleeps.
 */
export function counting(): () => number {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
}
