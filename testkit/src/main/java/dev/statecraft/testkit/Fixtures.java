package dev.statecraft.testkit;

import java.nio.file.Path;

/** The tiny models and reference vectors that tests of several modules read. */
public final class Fixtures {
  private Fixtures() {}

  /**
   * Folder of all of them, in the checkout: a path, which resources of a jar do not have.
   *
   * @throws IllegalStateException if {@code statecraft.root} does not say where the checkout is
   */
  public static Path folder() {
    String root = System.getProperty("statecraft.root");
    if (root == null) {
      throw new IllegalStateException("expected -Dstatecraft.root, the folder of the checkout");
    }
    return Path.of(root, "testkit/src/main/resources/fixtures");
  }

  /** A file or folder among them. */
  public static Path file(String name) {
    return folder().resolve(name);
  }
}
