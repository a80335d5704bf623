package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real-data")
class SafetensorsRealDataTest {
  @TempDir Path folder;

  @Test
  void aRealModelSurvivesARoundTrip() throws IOException {
    Path copy = folder.resolve("model.safetensors");
    try (CheckpointSource model = CheckpointFolder.open(RealData.file("data/stories260k"))) {
      assertThat(model.names()).hasSize(2 + 5 * 9);
      long parameters =
          model.names().stream().mapToLong(name -> model.entry(name).elements()).sum();
      assertThat(parameters).isEqualTo(260_032);
      SafetensorsWriter writer = new SafetensorsWriter();
      model.names().forEach(name -> writer.add(model.entry(name), () -> model.read(name)));
      writer.writeTo(copy);
      try (SafetensorsFile read = SafetensorsFile.open(copy)) {
        assertThat(read.names()).isEqualTo(model.names());
        for (String name : model.names()) {
          assertThat(read.entry(name)).isEqualTo(model.entry(name));
          ByteBuffer bytes = read.read(name);
          assertThat(bytes).isEqualTo(model.read(name));
        }
      }
    }
  }
}
