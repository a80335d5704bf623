package dev.statecraft.models.image;

import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.data.DataFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Labelled pictures from local files, not yet decoded.
 *
 * @param images in the order of the files
 * @param labels all labels in order, where the data itself names them
 */
public record ImageSet(List<LabelledImage> images, Optional<List<String>> labels) {
  public ImageSet {
    images = List.copyOf(images);
    labels = labels.map(List::copyOf);
  }

  /**
   * Reads what lies at a path, which says itself what it is:
   *
   * <ul>
   *   <li>a folder with a sub-folder of PNG or JPEG files for each class;
   *   <li>a {@code .bin} file of CIFAR-10 or CIFAR-100, or the folder with CIFAR-10's {@code
   *       data_batch_1.bin} and so on;
   *   <li>an IDX file of images (MNIST, Fashion-MNIST), gzipped or not, beside the file of its
   *       labels;
   *   <li>a CSV, TSV, JSON or JSONL file of paths and labels, or a CSV file of pixels and labels.
   * </ul>
   *
   * @param format of a file of rows
   * @param columns of a file of rows
   * @throws InvalidInputException if nothing is there or it is none of these, or damaged; the
   *     message names the file
   */
  public static ImageSet read(Path path, DataFormat format, ImageColumns columns) {
    if (!Files.exists(path)) {
      throw new InvalidInputException(path + ": expected image data, found nothing");
    }
    if (Files.isDirectory(path)) {
      List<Path> batches = CifarFile.trainingBatches(path);
      return batches.isEmpty() ? ImageFolder.read(path) : CifarFile.read(batches);
    }
    if (columns.pixels().isPresent()) {
      return PixelTable.read(path, format, columns);
    }
    if (CifarFile.isNamedSo(path)) {
      return CifarFile.read(List.of(path));
    }
    if (IdxFile.isIdx(path)) {
      return IdxFile.read(path);
    }
    return ImageRows.read(path, format, columns);
  }
}
