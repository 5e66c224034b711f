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
  /** Returns the compressed length, 0 where the block does not become smaller. `hashTable` must be zeroed. */
  export function compressBlock(
    source: Uint8Array,
    target: Uint8Array,
    sourceIndex: number,
    sourceLength: number,
    hashTable: Uint32Array,
  ): number;
  export function compressBound(length: number): number;
}
