package dev.statecraft.studio.embed;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a JSON object on a line for each vector, whose numbers are read as the same float32. */
public final class JsonLines implements VectorWriter {
  private final OutputStream out;

  /**
   * Begins.
   *
   * @param out closed with this
   */
  public JsonLines(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(EmbedRow row, float[] vector) throws IOException {
    StringBuilder line = new StringBuilder("{");
    row.id().ifPresent(id -> line.append("\"id\": ").append(id).append(", "));
    line.append("\"row\": ").append(row.number()).append(", \"embedding\": [");
    for (int i = 0; i < vector.length; i++) {
      line.append(i == 0 ? "" : ", ").append(vector[i]);
    }
    out.write(line.append("]}\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Hands on what is written. */
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
