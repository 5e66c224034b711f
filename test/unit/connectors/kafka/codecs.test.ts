import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CompressionCodecs } from 'kafkajs';
import { registerCodecs } from '../../../../server/connectors/kafka/codecs/codecs';
import { lz4 } from '../../../../server/connectors/kafka/codecs/lz4';
import { snappy } from '../../../../server/connectors/kafka/codecs/snappy';
import { zstd } from '../../../../server/connectors/kafka/codecs/zstd';

const json = Buffer.from(
  Array.from({ length: 9000 }, (_, i) => `{"id":${i},"region":"eu-west-${i % 7}"}`).join('\n'),
);
const contents: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a few bytes', Buffer.from('abc')],
  ['JSON of several blocks', json],
  ['one byte over and over', Buffer.alloc(200_000, 'x')],
  ['noise', randomBytes(100_000)],
  ['a block and its end repeating', Buffer.concat([randomBytes(65_520), Buffer.alloc(40, 'ab')])],
];

describe.each([
  ['lz4', lz4],
  ['snappy', snappy],
])('%s', (_name, codec) => {
  it.each(contents)('reads what it wrote: %s', (_what, content) => {
    expect(codec.decompress(codec.compress(content)).equals(content)).toBe(true);
  });
  it('makes JSON smaller', () => {
    expect(codec.compress(json).length).toBeLessThan(json.length / 2);
  });
});

describe('what other clients write', () => {
  // `printf 'hello hello hello hello' | lz4 --content-size` and `| zstd`: checksums and sizes in the header.
  it('LZ4 frames with checksums', () => {
    const frame = Buffer.concat([
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x70, 0x40, 0x00]), // Block checksums.
      Buffer.from([0x05, 0x00, 0x00, 0x80]), // Five plain bytes.
      Buffer.from('hello'),
      Buffer.from([1, 2, 3, 4]), // A block checksum, after its block.
      Buffer.from([0, 0, 0, 0]),
    ]);
    expect(lz4.decompress(frame).toString()).toBe('hello');
  });
  it('a bare snappy block', () => {
    const bare = Buffer.concat([Buffer.from([5, 4 << 2]), Buffer.from('hello')]);
    expect(snappy.decompress(bare).toString()).toBe('hello');
  });
  it('zstd frames', () => {
    // Magic, single segment with one size byte, one raw last block.
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0]),
      Buffer.from('hello'),
    ]);
    expect(zstd.decompress(frame).toString()).toBe('hello');
  });
  it('an unknown codec fails by its number', () => {
    registerCodecs();
    const unknown = (CompressionCodecs as Record<number, (() => unknown) | undefined>)[6];
    expect(() => unknown?.()).toThrow('Records are compressed with the unknown codec 6');
  });
});
