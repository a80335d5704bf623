package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A folder with a sub-folder for each class, which is named after it; images may lie in folders of
 * it at any depth.
 */
final class ImageFolder {
  /** What systems put into folders by themselves. */
  private static final Set<String> OF_SYSTEMS = Set.of("thumbs.db", "desktop.ini", "__macosx");

  /** Names of parts of a data set, which are no classes. */
  private static final Set<String> PARTS =
      Set.of("train", "training", "test", "val", "valid", "validation", "dev", "eval");

  private final Path folder;
  private final ImageOptions options;
  private final List<LabelledImage> images = new ArrayList<>();
  private final List<Path> others = new ArrayList<>();

  private ImageFolder(Path folder, ImageOptions options) {
    this.folder = folder;
    this.options = options;
  }

  /** Other files than images are left out and counted; what is hidden is left out silently. */
  static ImageSet read(Path folder, ImageOptions options) {
    return new ImageFolder(folder, options).read();
  }

  private ImageSet read() {
    List<String> classes = new ArrayList<>();
    for (Path entry : listed()) {
      if (Files.isDirectory(entry)) {
        classes.add(entry.getFileName().toString());
        readClass(entry);
      } else {
        others.add(entry);
      }
    }
    if (images.isEmpty()) {
      throw new InvalidInputException(
          folder + ": expected a sub-folder of images for each class, found none");
    }
    List<String> notes = new ArrayList<>();
    List<LabelledImage> readable = ImageCheck.readable(folder, images, options, notes);
    if (!others.isEmpty()) {
      notes.add(
          folder
              + ": "
              + others.size()
              + (others.size() == 1 ? " file that is no image is" : " files that are no images are")
              + " left out, such as "
              + folder.relativize(others.get(0)));
    }
    if (classes.stream().allMatch(name -> PARTS.contains(name.toLowerCase(Locale.ROOT)))) {
      notes.add(
          folder
              + ": its classes are "
              + String.join(", ", classes)
              + ", which look like the parts of a data set; data.train names one of them");
    }
    return new ImageSet(readable, Optional.empty(), notes);
  }

  private void readClass(Path classFolder) {
    String label = classFolder.getFileName().toString();
    int before = images.size();
    for (Path file : files(classFolder)) {
      if (ImageFormat.isNamedSo(file.getFileName().toString())) {
        PictureFile picture = new PictureFile(file, options.exifOrientation());
        images.add(new LabelledImage(picture, label, file.toString()));
      } else {
        others.add(file);
      }
    }
    if (images.size() == before) {
      throw new InvalidInputException(
          classFolder
              + ": expected images ("
              + String.join(", ", ImageFormat.ENDINGS)
              + ") of the class '"
              + label
              + "', found none");
    }
  }

  /** Sorted, so that runs repeat whatever the file system. */
  private List<Path> listed() {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(entry -> !isHidden(entry)).sorted().toList();
    } catch (IOException e) {
      throw new InvalidInputException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Path classFolder) {
    try (Stream<Path> walk = Files.walk(classFolder, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(file -> !Files.isDirectory(file))
          .filter(file -> parts(classFolder.relativize(file)).noneMatch(ImageFolder::isHidden))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw unreadable(classFolder, e.getCause());
    } catch (IOException e) {
      throw unreadable(classFolder, e);
    }
  }

  private static InvalidInputException unreadable(Path classFolder, IOException e) {
    return e instanceof FileSystemLoopException loop
        ? new InvalidInputException(
            loop.getFile() + ": expected images, found a link back to a folder around it", e)
        : new InvalidInputException(classFolder + ": cannot be read: " + e.getMessage(), e);
  }

  private static Stream<Path> parts(Path path) {
    return StreamSupport.stream(path.spliterator(), false);
  }

  private static boolean isHidden(Path entry) {
    String name = entry.getFileName().toString();
    return name.startsWith(".") || OF_SYSTEMS.contains(name.toLowerCase(Locale.ROOT));
  }
}
