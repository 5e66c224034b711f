// The moment a text names, as PAUSE ... UNTIL and RESUME ... FROM TIMESTAMP take it.

/**
 * Epoch ms, NaN for a text that names none. A text without a time zone is local time; one without a date is the nearest
 * such time after `now` (epoch ms), or with -1 not after it.
 */
export function readMoment(text: string, now: number, direction: 1 | -1): number {
  return timeOfDay.test(text) ? nearestTime(text, now, direction) : Date.parse(text.trim().replace(' ', 'T'));
}

const timeOfDay = /^\s*([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?\s*$/;

function nearestTime(text: string, now: number, direction: 1 | -1): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  const at = new Date(now);
  at.setHours(hours, minutes, seconds, 0);
  const isOnSide = direction === 1 ? at.getTime() > now : at.getTime() <= now;
  if (!isOnSide) at.setDate(at.getDate() + direction);
  return at.getTime();
}
