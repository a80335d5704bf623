package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Labelled pictures from local files, not yet decoded.
 *
 * @param images in the order of the files
 * @param labels all labels in order, where the data itself names them
 * @param notes what the user should know of the reading, a line each
 */
public record ImageSet(
    List<LabelledImage> images, Optional<List<String>> labels, List<String> notes) {
  public ImageSet {
    images = List.copyOf(images);
    labels = labels.map(List::copyOf);
    notes = List.copyOf(notes);
  }

  ImageSet(List<LabelledImage> images, Optional<List<String>> labels) {
    this(images, labels, List.of());
  }

  /**
   * Reads what lies at a path, which says itself what it is:
   *
   * <ul>
   *   <li>a folder with a sub-folder of image files for each class; files in folders of that are of
   *       the class, too;
   *   <li>a {@code .bin} file of CIFAR-10 or CIFAR-100, or the folder with CIFAR-10's {@code
   *       data_batch_1.bin} and so on;
   *   <li>an IDX file of images (MNIST, Fashion-MNIST), gzipped or not, beside the file of its
   *       labels;
   *   <li>a file of rows with paths and labels, or with pixels and labels.
   * </ul>
   *
   * @param columns of a file of rows
   * @param options how image files are read
   * @param rows goes through the rows of the file, if it is one
   * @throws InvalidInputException if nothing is there or it is none of these, or damaged, or image
   *     files cannot be read and are not to be left out; the message names the file
   */
  public static ImageSet read(
      Path path, ImageColumns columns, ImageOptions options, Consumer<Consumer<Row>> rows) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(path + ": expected image data, found nothing");
    }
    if (Files.isDirectory(path)) {
      List<Path> batches = CifarFile.trainingBatches(path);
      return batches.isEmpty() ? ImageFolder.read(path, options) : CifarFile.read(batches);
    }
    if (columns.pixels().isPresent()) {
      return PixelRows.read(path, columns, rows);
    }
    if (CifarFile.isNamedSo(path)) {
      return CifarFile.read(List.of(path));
    }
    if (IdxFile.isIdx(path)) {
      return IdxFile.read(path);
    }
    return ImageRows.read(path, columns, options, rows);
  }

  /** The files that are read with a file: an IDX file's labels, the names of CIFAR's classes. */
  public static List<Path> companions(Path file) {
    if (CifarFile.isNamedSo(file)) {
      return CifarFile.nameFiles(file);
    }
    return IdxFile.labelFile(file).stream().toList();
  }
}
