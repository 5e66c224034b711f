// Keys and values of records as a table shows them.

/** Bytes read of a key or value, and characters shown of it. */
export const shownBytesMax = 1_000;
const charsMax = 250;

/** `size` is that of the whole, null where only its beginning was read and nobody knows. */
export interface ShownPart {
  bytes: Buffer;
  size: number | null;
}

/** As text, or in hexadecimal when it is none; what is long is cut. */
export function readable(part: ShownPart | null): string | null {
  if (part === null) return null;
  const { bytes, size } = part;
  const isPart = size === null || size > bytes.length;
  let shown: string;
  try {
    // What was cut may end in the middle of a character.
    shown = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isPart });
  } catch {
    shown = `0x${bytes.toString('hex')}`;
  }
  if (!isPart && shown.length <= charsMax) return shown;
  return `${shown.slice(0, charsMax)}… (${size ?? `over ${bytes.length}`} bytes)`;
}
