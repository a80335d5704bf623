package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The binary versions of CIFAR-10 and CIFAR-100 (Krizhevsky 2009).
 *
 * <p>A record is the label (CIFAR-100: the coarse label, then the fine one, which is read), then
 * 32x32 pixels as a red, a green and a blue plane. Which of the two a file is shows in its size and
 * labels. The classes' names are read from the text file that comes with the data; without it, they
 * are numbers.
 */
final class CifarFile {
  private static final int SIDE = 32;
  private static final int PIXELS = 3 * SIDE * SIDE;

  /** The two data sets. */
  private enum Kind {
    CIFAR_10(1, 10, "batches.meta.txt"),
    CIFAR_100(2, 100, "fine_label_names.txt");

    private final int labelBytes;
    private final int classes;
    private final String names;

    Kind(int labelBytes, int classes, String names) {
      this.labelBytes = labelBytes;
      this.classes = classes;
      this.names = names;
    }

    int record() {
      return labelBytes + PIXELS;
    }

    int label(ByteBuffer data, int index) {
      return data.get(index * record() + labelBytes - 1) & 0xFF;
    }

    boolean fits(ByteBuffer data) {
      int size = data.capacity();
      return size > 0
          && size % record() == 0
          && IntStream.range(0, size / record()).allMatch(i -> label(data, i) < classes);
    }
  }

  private CifarFile() {}

  static boolean isNamedSo(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".bin");
  }

  /** The lists of names of classes beside a file. */
  static List<Path> nameFiles(Path file) {
    return Stream.of(Kind.values())
        .map(kind -> file.resolveSibling(kind.names))
        .filter(Files::isRegularFile)
        .toList();
  }

  /** CIFAR-10's training files in a folder, in order; none if it is another folder. */
  static List<Path> trainingBatches(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("data_batch_[0-9]+\\.bin"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidInputException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Reads files of one data set. */
  static ImageSet read(List<Path> files) {
    List<LabelledImage> images = new ArrayList<>();
    Optional<List<String>> labels = Optional.empty();
    for (Path file : files) {
      ByteBuffer data = RawPictures.map(file);
      Kind kind = kind(file, data);
      List<String> names = names(file, kind);
      labels = Optional.of(names);
      RawPictures pictures = new RawPictures(data, kind.labelBytes, kind.record(), SIDE, SIDE, 3);
      for (int i = 0; i < data.capacity() / kind.record(); i++) {
        int index = i;
        images.add(
            new LabelledImage(
                () -> pictures.picture(index),
                names.get(kind.label(data, i)),
                file + " image " + (i + 1)));
      }
    }
    return new ImageSet(images, labels);
  }

  private static Kind kind(Path file, ByteBuffer data) {
    for (Kind kind : Kind.values()) {
      if (kind.fits(data)) {
        return kind;
      }
    }
    throw new InvalidInputException(
        file
            + ": expected records of CIFAR-10 ("
            + Kind.CIFAR_10.record()
            + " bytes each) or CIFAR-100 ("
            + Kind.CIFAR_100.record()
            + "), found "
            + data.capacity()
            + " bytes that are neither");
  }

  private static List<String> names(Path file, Kind kind) {
    Path list = file.resolveSibling(kind.names);
    if (!Files.isRegularFile(list)) {
      return IntStream.range(0, kind.classes).mapToObj(Integer::toString).toList();
    }
    try {
      List<String> names =
          TextFile.lines(list).stream().map(String::strip).filter(n -> !n.isEmpty()).toList();
      if (names.size() != kind.classes) {
        throw new InvalidInputException(
            list + ": expected " + kind.classes + " names of classes, found " + names.size());
      }
      return names;
    } catch (IOException e) {
      throw new InvalidInputException(list + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
