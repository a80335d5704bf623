package dev.statecraft.cli;

import dev.statecraft.studio.engine.SmallVit;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Scenarios of data files that cannot be read. */
final class DataErrors {
  private final ErrorScenarios scenarios;
  private final Path folder;

  DataErrors(ErrorScenarios scenarios, Path folder) {
    this.scenarios = scenarios;
    this.folder = folder;
  }

  void add() {
    images();
    texts();
  }

  private void texts() {
    scenarios.put(
        "<file>: expected columns separated by ',', found one, '<header>'; did you mean"
            + " data.separator: ';'?",
        () -> scenarios.trainOn("t.csv", "text;label\na;b\n"));
    scenarios.put(
        "<file>: data.separator: expected one character such as ';', or tab, found '<text>'",
        () -> scenarios.train("data.separator=;;"));
    scenarios.put(
        "<file>: expected <format> in UTF-8, found <what>",
        () -> scenarios.trainOn("t.jsonl", "version https://git-lfs.github.com/spec/v1\n"));
    scenarios.put(
        "<file>: expected a data file that is not packed; unpack it first",
        () -> scenarios.trainOn("t.csv.gz", "text,label\na,b\n"));
  }

  private void images() {
    scenarios.put(
        "<folder>: <n> of <n> images cannot be read: <problems> (data.on_error: skip leaves such"
            + " images out)",
        () -> {
          Path photos = Files.createDirectories(folder.resolve("photos/red"));
          BufferedImage image = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
          ImageIO.write(image, "png", photos.resolve("a.png").toFile());
          Files.writeString(photos.resolve("b.png"), "no picture");
          return onImages("photos");
        });
    scenarios.put(
        "<file>: expected [<sizes>] values, found <n>",
        () -> {
          Files.write(
              folder.resolve("t-images-idx3-ubyte"),
              new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2});
          return onImages("t-images-idx3-ubyte");
        });
  }

  private ErrorScenarios.Outcome onImages(String data) throws IOException {
    SmallVit.write(Files.createDirectories(folder.resolve("vit")), 16, 4, 3, List.of("a", "b"));
    return scenarios.train(
        "model=vit",
        "method={name: lora, rank: 2}",
        "task=image-classification",
        "data={train: " + data + ", validation: none}");
  }
}
