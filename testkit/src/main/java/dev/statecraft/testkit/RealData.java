package dev.statecraft.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of real data that tests tagged {@code real-data} read. */
public final class RealData {
  private RealData() {}

  /**
   * A file of the folder that the system property {@code statecraft.shared} names, relative to the
   * repository root unless absolute.
   *
   * @throws AssertionError if it is not there
   */
  public static Path file(String name) {
    String shared = System.getProperty("statecraft.shared");
    if (shared == null) {
      throw new AssertionError("expected -Dstatecraft.shared=FOLDER for tests of real data");
    }
    Path path = Path.of(System.getProperty("statecraft.root"), "").resolve(shared).resolve(name);
    if (!Files.exists(path)) {
      throw new AssertionError("expected " + path + ", found none");
    }
    return path;
  }
}
