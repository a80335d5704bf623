package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is saved is whole, whenever the thread is interrupted, and the interrupt is kept. */
class UninterruptedTest {
  @TempDir private Path folder;
  private int begun;

  @AfterEach
  void forgetTheInterrupt() {
    boolean unused = Thread.interrupted();
  }

  private void write(boolean interrupting) throws IOException {
    begun++;
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("file"),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (String half : new String[] {"one half", ", the other"}) {
        channel.write(ByteBuffer.wrap(half.getBytes(StandardCharsets.UTF_8)));
        if (interrupting) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private String written() throws IOException {
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    return Files.readString(folder.resolve("file"));
  }

  @Test
  void anInterruptThatWasThereWaits() throws IOException {
    Thread.currentThread().interrupt();
    Uninterrupted.save(() -> write(false));
    assertThat(written()).isEqualTo("one half, the other");
    assertThat(begun).isEqualTo(1);
  }

  @Test
  void whatAnInterruptSpoilsIsWrittenAnew() throws IOException {
    Uninterrupted.save(() -> write(begun == 0));
    assertThat(written()).isEqualTo("one half, the other");
    assertThat(begun).isEqualTo(2);
  }

  @Test
  void withoutAnInterruptThereIsNoneAfterIt() throws IOException {
    Uninterrupted.save(() -> write(false));
    assertThat(Thread.interrupted()).isFalse();
    assertThat(begun).isEqualTo(1);
  }

  @Test
  void aFailureIsThrownAndTheInterruptKept() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                Uninterrupted.save(
                    () -> {
                      throw new NoSuchFileException("folder");
                    }))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
