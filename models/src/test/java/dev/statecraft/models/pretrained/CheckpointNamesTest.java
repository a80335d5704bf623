package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints under the other names that transformers reads, and heads beside a tied flag. */
class CheckpointNamesTest {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";

  @TempDir private Path folder;

  private static Path fixture(String name) {
    return Fixtures.file(name);
  }

  /** A fixture with its tensors under other names; a name of null leaves one out. */
  private SafetensorsWriter renamed(String fixture, UnaryOperator<String> name) throws IOException {
    Files.copy(fixture(fixture).resolve("config.json"), folder.resolve("config.json"));
    SafetensorsWriter writer = new SafetensorsWriter();
    try (CheckpointSource source = CheckpointFolder.open(fixture(fixture))) {
      for (String old : source.names()) {
        TensorEntry entry = source.entry(old);
        ByteBuffer values = source.read(old);
        if (name.apply(old) != null) {
          writer.add(
              TensorEntry.of(name.apply(old), entry.type(), entry.shape()), values::duplicate);
        }
      }
    }
    return writer;
  }

  private PretrainedModel open(SafetensorsWriter writer) throws IOException {
    writer.writeTo(folder.resolve("model.safetensors"));
    return PretrainedModel.open(folder);
  }

  private static String gammaAndBeta(String name) {
    return name.replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta");
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, model.",
    "llama-tied, model.",
    "vit-tiny, vit.",
    "bert-tiny, bert.",
    "roberta-tiny, roberta.",
    "xlm-roberta-tiny, roberta.",
    "distilbert-tiny, distilbert.",
    "modernbert-tiny, model.",
    "bert-tiny, gamma",
    "roberta-tiny, gamma",
    "xlm-roberta-tiny, gamma",
    "distilbert-tiny, gamma"
  })
  void otherNamesAreReadAsTheFamilys(String name, String change) throws IOException {
    SafetensorsWriter writer =
        renamed(
            name,
            old ->
                change.equals("gamma")
                    ? gammaAndBeta(old)
                    : old.startsWith(change) ? old.substring(change.length()) : old);
    try (PretrainedModel model = open(writer);
        CheckpointSource original = CheckpointFolder.open(fixture(name))) {
      CheckpointReport report = model.report(model.usual().graph());
      assertThat(report.missing()).isEmpty();
      assertThat(report.unexpected()).isEmpty();
      for (String tensor : original.names()) {
        // A bare BERT's graph asks for bare names.
        String asked =
            model.checkpoint().names().contains(tensor)
                ? tensor
                : tensor.substring(change.length());
        assertThat(model.checkpoint().read(asked)).as(tensor).isEqualTo(original.read(tensor));
      }
    }
  }

  private static ByteBuffer values(int count, float start) {
    ByteBuffer values = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; values.hasRemaining(); i++) {
      values.putFloat(start + i % 7);
    }
    return values.flip();
  }

  private static TensorEntry table(String name) {
    return TensorEntry.of(name, ElementType.F32, 97, 32);
  }

  @Test
  void aHeadOfItsOwnIsKeptBesideATiedFlag() throws IOException {
    SafetensorsWriter writer = renamed("llama-tied", name -> name);
    writer.add(table(HEAD), () -> values(97 * 32, 1));
    try (PretrainedModel model = open(writer)) {
      assertThat(((DecoderConfig) model.config()).tieWordEmbeddings()).isFalse();
      assertThat(model.notes())
          .singleElement()
          .asString()
          .contains("tie_word_embeddings is true", "differs from the embedding");
      Graph tuned = new FullTuning().apply(model.causalLm().graph());
      assertThat(tuned.parameters().get(HEAD).trainable()).isTrue();
      assertThat(model.weights(tuned).has(HEAD)).isTrue();
    }
  }

  /** The same numbers, a zero of the other sign, as torch.equal sees them. */
  @Test
  void aCopyOfTheEmbeddingIsTheEmbedding() throws IOException {
    SafetensorsWriter writer = renamed("llama-tied", name -> name.equals(EMBEDDING) ? null : name);
    ByteBuffer copy = values(97 * 32, 0);
    assertThat(copy.getFloat(7 * 4)).isZero();
    copy.putFloat(7 * 4, -0f);
    writer.add(table(EMBEDDING), () -> values(97 * 32, 0));
    writer.add(table(HEAD), copy::duplicate);
    try (PretrainedModel model = open(writer)) {
      assertThat(((DecoderConfig) model.config()).tieWordEmbeddings()).isTrue();
      assertThat(model.notes()).isEmpty();
      assertThat(model.causalLm().graph().parameters()).doesNotContainKey(HEAD);
    }
  }

  @Test
  void aHeadAloneIsTheEmbeddingWhereTheyAreTied() throws IOException {
    SafetensorsWriter writer = renamed("llama-tied", name -> name.equals(EMBEDDING) ? HEAD : name);
    try (PretrainedModel model = open(writer);
        PretrainedModel original = PretrainedModel.open(fixture("llama-tied"))) {
      assertThat(model.checkpoint().names()).isEqualTo(original.checkpoint().names());
      assertThat(model.checkpoint().read(EMBEDDING))
          .isEqualTo(original.checkpoint().read(EMBEDDING));
    }
  }

  @Test
  void twoNamesOfOneWeightAreNotMixedUp() throws IOException {
    SafetensorsWriter writer = renamed("bert-tiny", name -> name);
    String norm = "bert.embeddings.LayerNorm.gamma";
    writer.add(TensorEntry.of(norm, ElementType.F32, 32), () -> values(32, 9));
    try (PretrainedModel model = open(writer);
        CheckpointSource original = CheckpointFolder.open(fixture("bert-tiny"))) {
      assertThat(model.checkpoint().read("bert.embeddings.LayerNorm.weight"))
          .isEqualTo(original.read("bert.embeddings.LayerNorm.weight"));
      assertThat(model.report(model.encoder(3, false, Optional.empty()).graph()).unexpected())
          .containsExactly(norm);
    }
  }
}
