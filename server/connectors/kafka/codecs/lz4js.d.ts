// The part of lz4js that is used: https://github.com/Benzinga/lz4js.
declare module 'lz4js' {
  /** Returns the index after the last byte written to `target`. */
  export function decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    sourceIndex: number,
    sourceLength: number,
    targetIndex: number,
  ): number;
}
