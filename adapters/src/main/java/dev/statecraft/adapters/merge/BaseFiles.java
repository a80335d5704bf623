package dev.statecraft.adapters.merge;

import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a base model's folder has beside its weights. */
public interface BaseFiles {

  /** What messages call the configuration. */
  String source();

  /**
   * The text of {@code config.json}.
   *
   * @throws IOException if it cannot be read
   */
  byte[] config() throws IOException;

  /**
   * Copies what goes along unchanged: all that loading a tokenizer or generating needs, and
   * licences.
   *
   * @param folder exists
   * @throws IOException if a file cannot be read or written
   */
  void copyTo(Path folder) throws IOException;

  /** The files of a folder. */
  static BaseFiles of(Path folder) {
    return new OfFolder(folder);
  }

  /** See {@link #of}. */
  record OfFolder(Path folder) implements BaseFiles {
    private static final String TEMPLATES = "additional_chat_templates";

    /** What sentence-transformers puts after a model, such as {@code 1_Pooling}. */
    private static final Pattern MODULE = Pattern.compile("\\d+_[A-Za-z]\\w*");

    private static final Set<String> MODULE_FILES = Set.of("config.json", "model.safetensors");

    private static final List<String> COMPANIONS =
        List.of(
            "tokenizer.*",
            "special_tokens_map\\.json",
            "added_tokens\\.json",
            "vocab\\..*",
            "merges\\.txt",
            "generation_config\\.json",
            "chat_template.*",
            "preprocessor_config\\.json",
            "processor_config\\.json",
            "modules\\.json",
            "config_sentence_transformers\\.json",
            "sentence_.*_config\\.json",
            "LICEN[CS]E.*",
            "NOTICE.*",
            "USE_POLICY.*");

    @Override
    public String source() {
      return folder.resolve(MergedConfig.FILE).toString();
    }

    @Override
    public byte[] config() throws IOException {
      return Files.readAllBytes(folder.resolve(MergedConfig.FILE));
    }

    @Override
    public void copyTo(Path to) throws IOException {
      for (Path file : files(folder)) {
        String name = file.getFileName().toString();
        if (COMPANIONS.stream().anyMatch(name::matches)) {
          copy(file, to.resolve(name));
        }
      }
      for (Path inner : folders(folder)) {
        String name = inner.getFileName().toString();
        Predicate<String> wanted =
            name.equals(TEMPLATES)
                ? file -> true
                : MODULE.matcher(name).matches() ? MODULE_FILES::contains : file -> false;
        for (Path file : files(inner)) {
          if (wanted.test(file.getFileName().toString())) {
            Path target = Files.createDirectories(to.resolve(name));
            copy(file, target.resolve(file.getFileName().toString()));
          }
        }
      }
    }

    /** A link out of the folder would carry along what its maker does not have to give. */
    private void copy(Path file, Path to) throws IOException {
      if (!InnerPath.isWithin(folder, file)) {
        throw new InvalidInputException(
            file + ": expected a file of the model's folder, found a link to " + file.toRealPath());
      }
      Files.copy(file, to);
    }

    private static List<Path> folders(Path folder) throws IOException {
      try (Stream<Path> entries = Files.list(folder)) {
        return entries.filter(Files::isDirectory).toList();
      }
    }

    private static List<Path> files(Path folder) throws IOException {
      try (Stream<Path> entries = Files.list(folder)) {
        return entries.filter(Files::isRegularFile).toList();
      }
    }
  }
}
