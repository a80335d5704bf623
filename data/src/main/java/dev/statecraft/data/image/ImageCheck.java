package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds image files that cannot be read before a run begins, all of them at once. */
final class ImageCheck {
  /** So many are named, the others counted. */
  private static final int NAMED = 3;

  private ImageCheck() {}

  /**
   * Those that can be read.
   *
   * @param source where they are listed
   * @param notes gets a line where some are left out
   * @throws InvalidInputException if some cannot be read and are not to be left out, or none can
   */
  static List<LabelledImage> readable(
      Path source, List<LabelledImage> images, ImageOptions options, List<String> notes) {
    // Rows may name a file many times.
    Set<PictureSource> pictures = new HashSet<>();
    images.forEach(image -> pictures.add(image.picture()));
    Map<PictureSource, String> problems =
        pictures.parallelStream()
            .flatMap(
                picture -> problem(picture, options).map(it -> Map.entry(picture, it)).stream())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    if (problems.isEmpty()) {
      return images;
    }
    List<LabelledImage> readable = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (LabelledImage image : images) {
      String problem = problems.get(image.picture());
      if (problem == null) {
        readable.add(image);
      } else {
        lines.add(problem.startsWith(image.where()) ? problem : image.where() + ": " + problem);
      }
    }
    String told = source + ": " + lines.size() + " of " + images.size() + " images cannot be read";
    if (options.onError() == ImageOptions.OnError.ERROR || readable.isEmpty()) {
      throw new InvalidInputException(
          told
              + ": "
              + named(lines)
              + (readable.isEmpty() ? "" : " (data.on_error: skip leaves such images out)"));
    }
    notes.add(told + " and are left out: " + named(lines));
    return List.copyOf(readable);
  }

  private static Optional<String> problem(PictureSource picture, ImageOptions options) {
    try {
      if (options.onError() == ImageOptions.OnError.SKIP) {
        picture.fetch();
      } else {
        picture.check();
      }
      return Optional.empty();
    } catch (InvalidInputException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static String named(List<String> lines) {
    String first = lines.stream().limit(NAMED).collect(Collectors.joining("; "));
    return lines.size() > NAMED ? first + "; and " + (lines.size() - NAMED) + " more" : first;
  }
}
