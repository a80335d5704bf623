package dev.statecraft.cli.provenance;

import java.util.List;

/**
 * What the engine says about where a run comes from.
 *
 * @param environment what its arithmetic depends on
 * @param inputs the files that it reads
 */
public record Origin(Environment environment, List<HashedFile> inputs) {
  public Origin {
    inputs = List.copyOf(inputs);
  }
}
