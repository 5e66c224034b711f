// The part of snappyjs that is used: https://github.com/zhipeng-jia/snappyjs.
declare module 'snappyjs' {
  /** `maxLength`: throws where the data says it would become longer. */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
  export function compress(uncompressed: Uint8Array): Uint8Array;
}
