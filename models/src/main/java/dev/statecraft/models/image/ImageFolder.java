package dev.statecraft.models.image;

import dev.statecraft.models.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A folder with a sub-folder for each class, which is named after it. */
final class ImageFolder {
  private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg");

  private ImageFolder() {}

  /** Other files than images are left out, and whatever is hidden. */
  static ImageSet read(Path folder) {
    List<LabelledImage> images = new ArrayList<>();
    for (Path classFolder : listed(folder, Files::isDirectory)) {
      List<Path> files = listed(classFolder, ImageFolder::isImage);
      String label = classFolder.getFileName().toString();
      if (files.isEmpty()) {
        throw new InvalidInputException(
            classFolder + ": expected PNG or JPEG files of the class '" + label + "', found none");
      }
      for (Path file : files) {
        images.add(new LabelledImage(() -> ImageDecoder.decode(file), label, file.toString()));
      }
    }
    if (images.isEmpty()) {
      throw new InvalidInputException(
          folder + ": expected a sub-folder of images for each class, found none");
    }
    return new ImageSet(images, Optional.empty());
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return Files.isRegularFile(file) && ENDINGS.stream().anyMatch(name::endsWith);
  }

  /** Sorted, so that runs repeat whatever the file system. */
  private static List<Path> listed(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .filter(wanted)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new InvalidInputException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
