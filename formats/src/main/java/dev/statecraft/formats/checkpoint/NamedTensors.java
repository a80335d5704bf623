package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Another source's tensors under other names: only those that the map has. Closing it closes the
 * other.
 */
public final class NamedTensors implements CheckpointSource {
  private final CheckpointSource source;
  private final SortedMap<String, String> own;

  /**
   * A view of a source.
   *
   * @param own the source's name of each tensor, by the name that is shown
   */
  public NamedTensors(CheckpointSource source, Map<String, String> own) {
    this.source = source;
    this.own = new TreeMap<>(own);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(own.keySet());
  }

  @Override
  public TensorEntry entry(String name) {
    TensorEntry entry = source.entry(own(name));
    return TensorEntry.of(name, entry.type(), entry.shape());
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    return source.read(own(name), offset, length);
  }

  @Override
  public Optional<PackedMatrix> packed(String name) {
    return source.packed(own(name));
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public SortedMap<String, SortedSet<String>> files() {
    Map<String, String> fileOf = new TreeMap<>();
    source.files().forEach((file, names) -> names.forEach(name -> fileOf.put(name, file)));
    TreeMap<String, SortedSet<String>> files = new TreeMap<>();
    own.forEach(
        (name, theirs) ->
            files.computeIfAbsent(fileOf.get(theirs), file -> new TreeSet<>()).add(name));
    return files;
  }

  @Override
  public void close() {
    source.close();
  }

  private String own(String name) {
    String found = own.get(name);
    if (found == null) {
      throw new InvalidInputException("expected a tensor '" + name + "', found none of that name");
    }
    return found;
  }
}
