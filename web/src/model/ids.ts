/** Ids that sort by the time they were made: UUIDv7 (RFC 9562). */

/** The UUIDv7 of a moment. */
export function uuid7(now: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x10000));
  new DataView(bytes.buffer).setUint16(4, now % 0x10000);
  bytes.set(random, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const MOST_IN_ONE = 0xfff;
const MOST_TIME = 253_402_300_799_999; // the end of year 9999, as on the server
let latest = 0;
let count = 0;

/**
 * An id that sorts after every one given before, also within one millisecond and when the clock is
 * set back (RFC 9562, 6.2, method 1): the journal tells the order of operations by their ids.
 */
export function freshId(now: number = Date.now()): string {
  if (now > latest) [latest, count] = [now, 0];
  else if (count < MOST_IN_ONE) count++;
  else [latest, count] = [latest + 1, 0];
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0] = count >> 8;
  random[1] = count & 0xff;
  return uuid7(latest, random);
}

/**
 * Take note of an id from an earlier session, so that the next ones sort after it: the clock may have
 * been set back since.
 */
export function continueAfter(id: string): void {
  const at = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) && at >= latest && at < MOST_TIME) [latest, count] = [at + 1, 0];
}
