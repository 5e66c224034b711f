// Compression of record batches: what kafkajs lacks, loaded when a batch first needs it.
import { CompressionCodecs, CompressionTypes, KafkaJSNonRetriableError } from 'kafkajs';

/** What kafkajs asks of a codec. */
interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}
/** The functions of one compression format. */
export interface Compression {
  compress(data: Buffer): Buffer;
  decompress(data: Buffer): Buffer;
}

/** Compression types of Kafka by the names of `properties.compression.type`. */
export const compressionTypes = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;
export type CompressionName = keyof typeof compressionTypes;

/** Codes 5 to 7 fit the three bits of a record batch, but Kafka has given them no meaning yet. */
const unknownCodes = [5, 6, 7];

let registered = false;

/** Registers every codec with kafkajs, once. Without this it throws on most and reads unknown ones as if plain. */
export function registerCodecs(): void {
  if (registered) return;
  registered = true;
  const codecs = CompressionCodecs as Record<number, () => Codec>;
  codecs[CompressionTypes.Snappy] = () => lazily('snappy', async () => (await import('./snappy')).snappy);
  codecs[CompressionTypes.LZ4] = () => lazily('lz4', async () => (await import('./lz4')).lz4);
  codecs[CompressionTypes.ZSTD] = () => lazily('zstd', async () => (await import('./zstd')).zstd);
  for (const code of unknownCodes)
    codecs[code] = () => {
      throw new KafkaJSNonRetriableError(`Records are compressed with the unknown codec ${code}`);
    };
}

function lazily(name: string, load: () => Promise<Compression>): Codec {
  return {
    async compress(encoder) {
      return (await load()).compress(encoder.buffer);
    },
    async decompress(buffer) {
      const compression = await load();
      try {
        return compression.decompress(buffer);
      } catch (error) {
        throw new KafkaJSNonRetriableError(
          `Records compressed with ${name} cannot be read: ${String(error)}`,
        );
      }
    },
  };
}
