package dev.statecraft.studio.embed;

import dev.statecraft.base.AtomicFile;
import dev.statecraft.studio.engine.EmbedOptions;
import dev.statecraft.studio.engine.Embeddings;
import dev.statecraft.studio.engine.OpenModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Gives vectors to the texts of a file, in their order. */
public final class FileEmbedding {
  /** Texts that are in memory at once: of these, those of like length are computed together. */
  private static final int AT_ONCE = 1024;

  private final OpenModel model;
  private final EmbedRows rows;
  private final EmbedOptions options;

  /**
   * One of a model's.
   *
   * @param model opened to embed; stays open
   */
  public FileEmbedding(OpenModel model, EmbedRows rows, EmbedOptions options) {
    this.model = model;
    this.rows = rows;
    this.options = options;
  }

  /**
   * Writes vectors into a file, beside its place until all are there.
   *
   * @throws dev.statecraft.base.InvalidInputException as {@link EmbedRows#forEach} and {@link
   *     OpenModel#embed(List, EmbedOptions)} do; then nothing is left behind
   * @throws IOException if a file cannot be read or written
   */
  public EmbedOutcome into(Path file, VectorFormat format) throws IOException {
    List<EmbedOutcome> outcome = new ArrayList<>();
    AtomicFile.fill(
        file,
        partial -> {
          try (VectorWriter writer = format.writer(partial)) {
            outcome.add(into(writer));
          }
        });
    return outcome.get(0);
  }

  /**
   * Writes vectors as they are computed.
   *
   * @param writer not closed
   * @throws dev.statecraft.base.InvalidInputException as {@link #into(Path, VectorFormat)}
   * @throws IOException if the file cannot be read, or the writer fails
   */
  public EmbedOutcome into(VectorWriter writer) throws IOException {
    long start = System.nanoTime();
    Pass pass = new Pass(writer);
    long blank;
    try {
      blank = rows.forEach(pass::add);
      pass.flush();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return new EmbedOutcome(
        pass.texts,
        pass.width,
        pass.truncated,
        pass.maxLength,
        blank,
        (System.nanoTime() - start) * 1e-9);
  }

  /** One time through the file. */
  private final class Pass {
    private final VectorWriter writer;
    private final List<EmbedRow> waiting = new ArrayList<>();
    private long texts;
    private long truncated;
    private int width;
    private int maxLength;

    Pass(VectorWriter writer) {
      this.writer = writer;
    }

    void add(EmbedRow row) {
      waiting.add(row);
      if (waiting.size() >= Math.max(AT_ONCE, options.batch())) {
        try {
          flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    void flush() throws IOException {
      Embeddings made = model.embed(waiting.stream().map(EmbedRow::text).toList(), options);
      for (int i = 0; i < waiting.size(); i++) {
        float[] vector = made.vectors().get(i);
        writer.write(waiting.get(i), vector);
        width = vector.length;
      }
      texts += waiting.size();
      truncated += made.truncated();
      maxLength = made.maxLength();
      waiting.clear();
    }
  }
}
