package dev.statecraft.parquet;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.brotli.dec.BrotliInputStream;

/** What pages are unpacked with: what parquet-java brings along, and brotli. */
final class Codecs implements CompressionCodecFactory {
  private static final Set<CompressionCodecName> KNOWN =
      Set.of(
          CompressionCodecName.UNCOMPRESSED,
          CompressionCodecName.SNAPPY,
          CompressionCodecName.GZIP,
          CompressionCodecName.ZSTD,
          CompressionCodecName.LZ4_RAW,
          CompressionCodecName.BROTLI);

  /** A compression that nothing here unpacks. */
  static final class UnknownCodecException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnknownCodecException(CompressionCodecName codec) {
      super(
          "it is compressed with "
              + codec.name().toLowerCase(Locale.ROOT)
              + ", which is not read; zstd, snappy, gzip, brotli and lz4_raw are");
    }
  }

  private final CompressionCodecFactory others =
      new CodecFactory(new PlainParquetConfiguration(), 0);

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    if (!KNOWN.contains(codec)) {
      throw new UnknownCodecException(codec);
    }
    return codec == CompressionCodecName.BROTLI ? new Brotli() : others.getDecompressor(codec);
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("files are read, not written");
  }

  @Override
  public void release() {
    others.release();
  }

  /** Brotli (RFC 7932) by Google's decoder in Java. */
  private static final class Brotli implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput packed, int size) throws IOException {
      return BytesInput.from(unpacked(packed.toInputStream(), size));
    }

    @Override
    public void decompress(ByteBuffer packed, int packedSize, ByteBuffer target, int size)
        throws IOException {
      byte[] bytes = new byte[packedSize];
      packed.get(bytes);
      target.put(unpacked(new ByteArrayInputStream(bytes), size));
    }

    /** No more than the page says is unpacked. */
    private static byte[] unpacked(InputStream packed, int size) throws IOException {
      try (InputStream in = new BrotliInputStream(packed)) {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length != size || in.read() >= 0) {
          throw new IOException("a page of another size than it says");
        }
        return bytes;
      }
    }

    @Override
    public void release() {}
  }
}
