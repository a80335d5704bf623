package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * IDX files as MNIST has them (LeCun, Cortes, Burges): two zero bytes, the type of the values (8:
 * unsigned bytes), the number of dimensions, each dimension as a big-endian 32-bit number, the
 * values. May be gzipped.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTES = 8;

  /** What fits an array beside a header. */
  private static final int MOST_BYTES = Integer.MAX_VALUE - 4096;

  private static final String IMAGES = "images";
  private static final String LABELS = "labels";

  private IdxFile() {}

  /** Whether a file begins as an IDX file of bytes does. */
  static boolean isIdx(Path file) {
    try (InputStream in = open(file)) {
      byte[] start = in.readNBytes(3);
      return Arrays.equals(start, new byte[] {0, 0, UNSIGNED_BYTES});
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads images and the labels beside them: {@code train-labels-idx1-ubyte} for {@code
   * train-images-idx3-ubyte}, gzipped or not.
   */
  static ImageSet read(Path file) {
    ByteBuffer images = values(file);
    int[] sizes = dimensions(file, images, 3);
    Path labelFile = labelFile(file).orElseThrow(() -> noLabels(file));
    ByteBuffer labels = values(labelFile);
    int[] count = dimensions(labelFile, labels, 1);
    if (count[0] != sizes[0]) {
      throw new InvalidInputException(
          labelFile + ": expected " + sizes[0] + " labels for " + file + ", found " + count[0]);
    }
    int height = sizes[1];
    int width = sizes[2];
    RawPictures pictures = new RawPictures(images, 4 + 4 * 3, height * width, width, height, 1);
    List<LabelledImage> examples = new ArrayList<>();
    for (int i = 0; i < sizes[0]; i++) {
      int index = i;
      examples.add(
          new LabelledImage(
              () -> pictures.picture(index),
              Integer.toString(labels.get(4 + 4 + i) & 0xFF),
              file + " image " + (i + 1)));
    }
    return new ImageSet(examples, Optional.empty());
  }

  /** The file of the labels of a file of images, if its name says which and it is there. */
  static Optional<Path> labelFile(Path images) {
    String wanted = labelName(images);
    if (!images.getFileName().toString().contains(IMAGES)) {
      return Optional.empty();
    }
    String plain = wanted.endsWith(".gz") ? wanted.substring(0, wanted.length() - 3) : wanted;
    return Stream.of(wanted, plain, plain + ".gz")
        .map(images::resolveSibling)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static String labelName(Path images) {
    return images.getFileName().toString().replace(IMAGES, LABELS).replace("idx3", "idx1");
  }

  private static InvalidInputException noLabels(Path images) {
    return images.getFileName().toString().contains(IMAGES)
        ? new InvalidInputException(
            images.resolveSibling(labelName(images))
                + ": expected the labels of "
                + images
                + ", found none")
        : new InvalidInputException(
            images
                + ": expected '"
                + IMAGES
                + "' in the name of an IDX file, so that the file of its labels can be named");
  }

  /** The whole file: mapped, or unpacked if it is gzipped. */
  private static ByteBuffer values(Path file) {
    try (InputStream in = open(file)) {
      return in instanceof GZIPInputStream ? unpacked(file, in) : RawPictures.map(file);
    } catch (EOFException | ZipException e) {
      throw new InvalidInputException(
          file + ": expected a whole gzip file, found a damaged one", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** No more than the header announces is unpacked, and a byte to see that there is more. */
  private static ByteBuffer unpacked(Path file, InputStream in) throws IOException {
    byte[] start = in.readNBytes(4);
    int dimensions = start.length < 4 ? 0 : start[3] & 0xFF;
    byte[] sizes = in.readNBytes(4 * dimensions);
    long bytes = 1;
    for (int i = 0; i + 3 < sizes.length && bytes <= MOST_BYTES; i += 4) {
      bytes *= ByteBuffer.wrap(sizes).getInt(i) & 0xFFFFFFFFL;
    }
    if (bytes > MOST_BYTES) {
      throw new InvalidInputException(
          file + ": expected a gzipped IDX file of less than 2 GiB, found one that claims more");
    }
    byte[] values = in.readNBytes((int) bytes + 1);
    return ByteBuffer.allocate(start.length + sizes.length + values.length)
        .put(start)
        .put(sizes)
        .put(values)
        .flip();
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    in.mark(2);
    boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return zipped ? new GZIPInputStream(in) : in;
  }

  private static int[] dimensions(Path file, ByteBuffer data, int expected) {
    int header = 4 + 4 * expected;
    boolean begins =
        data.capacity() >= header
            && data.getShort(0) == 0
            && data.get(2) == UNSIGNED_BYTES
            && data.get(3) == expected;
    if (!begins) {
      throw new InvalidInputException(
          file + ": expected an IDX file of bytes in " + expected + " dimensions, found another");
    }
    int[] sizes = new int[expected];
    long size = 1;
    for (int i = 0; i < expected; i++) {
      sizes[i] = data.getInt(4 + 4 * i);
      // Beyond what a file can have it stays there, and a dimension below 1 makes it 0.
      size = sizes[i] < 1 ? 0 : Math.min(size * sizes[i], MOST_BYTES + 1L);
    }
    if (size == 0 || data.capacity() != header + size) {
      throw new InvalidInputException(
          file
              + ": expected "
              + Arrays.toString(sizes)
              + " values, found "
              + (data.capacity() - header));
    }
    return sizes;
  }
}
