package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.ToIntFunction;

/**
 * An immutable list of encoded examples that may be larger than the heap. Examples are kept as
 * plain integers: in the heap up to a share of it, and from there on in a temporary file that is
 * mapped into memory, so that the system keeps of it what is used and there is room for. The file
 * has no name from the moment it is open (on Windows, it goes with the process) and ends with the
 * list.
 */
public final class ExampleStore<T> extends AbstractList<T> implements RandomAccess {
  /** Integers of a segment; an example lies within one. */
  private static final int SEGMENT = 1 << 20;

  private final Codec<T> codec;
  private final List<IntBuffer> segments;
  private final long[] places;
  private final int[] sizes;
  private final int[] lengths;
  private final long spilledBytes;

  private ExampleStore(Builder<T> builder) {
    codec = builder.codec;
    segments = List.copyOf(builder.segments);
    places = Arrays.copyOf(builder.places, builder.count);
    sizes = Arrays.copyOf(builder.sizes, builder.count);
    lengths = Arrays.copyOf(builder.lengths, builder.count);
    spilledBytes = builder.spilledBytes;
  }

  /** How an example is written as integers. */
  public interface Codec<T> {
    /** The example as integers. */
    int[] integers(T example);

    /** The example that was written so. */
    T example(int[] integers);

    /** The example's number of tokens, which is answered without reading the example. */
    int length(T example);
  }

  /**
   * Where examples go.
   *
   * @param heapBytes what may be kept in the heap
   * @param folder where the temporary file for the rest is
   */
  public record Room(long heapBytes, Path folder) {
    /** An eighth of the heap, and the system's folder for temporary files. */
    public static Room ofProcess() {
      return new Room(
          Runtime.getRuntime().maxMemory() / 8, Path.of(System.getProperty("java.io.tmpdir")));
    }
  }

  /** An empty store to be filled. */
  public static <T> Builder<T> builder(Codec<T> codec, Room room) {
    return new Builder<>(codec, room);
  }

  /** The list itself if it is a store, which never changes, or else an immutable copy. */
  public static <T> List<T> immutable(List<T> examples) {
    return examples instanceof ExampleStore<T> store ? store : List.copyOf(examples);
  }

  /** Tokens of each example, without reading the examples where they are in a store. */
  public static <T> int[] lengths(List<T> examples, ToIntFunction<T> length) {
    return examples instanceof ExampleStore<T> store
        ? store.lengths.clone()
        : examples.stream().mapToInt(length).toArray();
  }

  @Override
  public T get(int index) {
    Objects.checkIndex(index, places.length);
    int[] integers = new int[sizes[index]];
    IntBuffer segment = segments.get((int) (places[index] >>> Integer.SIZE));
    segment.get((int) places[index], integers);
    return codec.example(integers);
  }

  @Override
  public int size() {
    return places.length;
  }

  /** Bytes that did not fit the share of the heap and lie in the file; 0 if there is none. */
  public long spilledBytes() {
    return spilledBytes;
  }

  /** Fills a store; for one thread. */
  public static final class Builder<T> {
    private final Codec<T> codec;
    private final Room room;
    private final List<IntBuffer> segments = new ArrayList<>();
    private long[] places = new long[64];
    private int[] sizes = new int[64];
    private int[] lengths = new int[64];
    private int count;
    private int[] current = new int[1 << 10];
    private int used;
    private long heapBytes;
    private FileChannel file;
    private long spilledBytes;

    private Builder(Codec<T> codec, Room room) {
      this.codec = codec;
      this.room = room;
    }

    /**
     * Appends an example.
     *
     * @throws InvalidInputException if the temporary file cannot be written
     */
    public void add(T example) {
      int[] integers = codec.integers(example);
      if (used > 0 && used + integers.length > SEGMENT) {
        seal();
      }
      if (used + integers.length > current.length) {
        int doubled = Math.min(SEGMENT, 2 * current.length);
        current = Arrays.copyOf(current, Math.max(used + integers.length, doubled));
      }
      if (count == places.length) {
        places = Arrays.copyOf(places, 2 * count);
        sizes = Arrays.copyOf(sizes, 2 * count);
        lengths = Arrays.copyOf(lengths, 2 * count);
      }
      places[count] = (long) segments.size() << Integer.SIZE | used;
      sizes[count] = integers.length;
      lengths[count] = codec.length(example);
      count++;
      System.arraycopy(integers, 0, current, used, integers.length);
      used += integers.length;
    }

    /** What was added; the builder is not to be used any more. */
    public ExampleStore<T> build() {
      seal();
      return new ExampleStore<>(this);
    }

    private void seal() {
      long bytes = (long) Integer.BYTES * used;
      if (heapBytes + bytes <= room.heapBytes()) {
        segments.add(IntBuffer.wrap(Arrays.copyOf(current, used)));
        heapBytes += bytes;
      } else {
        segments.add(spilled(bytes));
      }
      used = 0;
    }

    private IntBuffer spilled(long bytes) {
      try {
        if (file == null) {
          file =
              FileChannel.open(
                  Files.createTempFile(room.folder(), "statecraft", ".examples"),
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.DELETE_ON_CLOSE);
        }
        // Written, not mapped for writing: a full disk is then an exception and not a fault.
        ByteBuffer block = ByteBuffer.allocate((int) bytes).order(ByteOrder.nativeOrder());
        block.asIntBuffer().put(current, 0, used);
        while (block.hasRemaining()) {
          file.write(block, spilledBytes + block.position());
        }
        IntBuffer segment =
            file.map(FileChannel.MapMode.READ_ONLY, spilledBytes, bytes)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        spilledBytes += bytes;
        return segment;
      } catch (IOException e) {
        throw new InvalidInputException(
            room.folder() + ": cannot hold the encoded examples: " + e.getMessage(), e);
      }
    }
  }
}
