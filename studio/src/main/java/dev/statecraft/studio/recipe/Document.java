package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/**
 * A recipe's text, and what is known beside it.
 *
 * @param source what messages call it
 * @param folder what relative paths are relative to
 * @param name names the run directory where the recipe does not
 * @param catalogue of the keys that it can have
 */
record Document(String source, Path folder, String name, Catalogue catalogue) {
  /** An absolute path. */
  Path resolve(String text) {
    return folder.resolve(text).toAbsolutePath().normalize();
  }

  UnknownKeys unknownKeys() {
    return new UnknownKeys(source, catalogue);
  }

  /** The whole of it as a section. */
  Section section(ObjectNode root) {
    return new Section(this, "", root);
  }
}
