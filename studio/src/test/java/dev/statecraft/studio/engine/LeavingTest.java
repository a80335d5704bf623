package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Export, merge and verify on a tiny model. */
class LeavingTest {
  private static final LogitsCheck CHECK =
      new LogitsCheck(Optional.empty(), OptionalDouble.empty(), DType.FLOAT32, Device.CPU);

  private final Engine engine = new ModelEngine();
  @TempDir private Path folder;
  private Path model;
  private AdapterSource lora;

  @BeforeEach
  void folders() throws IOException {
    model = TinyFolder.model(folder.resolve("model"));
    Path adapter = TinyFolder.lora(folder.resolve("lora"), model);
    lora = new AdapterSource(adapter, Optional.empty(), Optional.empty());
  }

  private Path to(String name) {
    return folder.resolve(name);
  }

  private Exported export(AdapterSource source, AdapterFormat format, Path to) throws IOException {
    return engine.export(
        new ExportRequest(
            source, Optional.ofNullable(format), Optional.empty(), to, false, Optional.of(CHECK)));
  }

  private Exported merge(AdapterSource source, DType type, boolean replace) throws IOException {
    return engine.merge(
        new MergeRequest(
            source,
            Optional.ofNullable(type),
            false,
            Device.CPU,
            to("merged"),
            replace,
            Optional.of(CHECK)));
  }

  @Test
  void anExportIsComparedBeforeItIsInPlace() throws IOException {
    Exported exported = export(lora, null, to("out"));
    assertThat(exported.what()).isEqualTo("peft");
    Verification verification = exported.verification().orElseThrow();
    assertThat(verification.passed()).isTrue();
    assertThat(verification.prompts()).hasSize(4);
    assertThat(verification.worst().maxDifference()).isZero();
    assertThat(verification.worst().largest()).isGreaterThan(0.5);
    assertThat(to("out/adapter_config.json")).content().contains("\"LORA\"", "model");
    assertThatThrownBy(() -> export(lora, null, to("out")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--force replaces it");
    assertThat(engine.verify(lora, to("out"), CHECK).passed()).isTrue();
  }

  @Test
  void aMergedModelGivesTheAdaptersLogits() throws IOException {
    Exported merged = merge(lora, null, false);
    Verification exact = merged.verification().orElseThrow();
    assertThat(exact.tolerance()).isEqualTo(1e-4);
    assertThat(exact.worst().maxDifference()).isBetween(0.0, 1e-5);
    assertThat(exact.worst().sameTop()).isEqualTo(1);
    Verification base = engine.verify(lora, model, CHECK);
    assertThat(base.passed()).as("the model without its adapter").isFalse();
    assertThat(base.worst().relative()).isGreaterThan(0.01);

    Verification rounded = merge(lora, DType.BFLOAT16, true).verification().orElseThrow();
    assertThat(rounded.tolerance()).isEqualTo(5e-2);
    assertThat(rounded.worst().relative()).isBetween(1e-5, 5e-2);
  }

  @Test
  void oneWrongWeightIsFound() throws IOException {
    merge(lora, null, false);
    Path weights = to("merged/model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.seek(file.length() - 400);
      file.write(new byte[] {0, 0, (byte) 0x80, 0x3f}); // 1 in little-endian float32
    }
    Verification found = engine.verify(lora, to("merged"), CHECK);
    assertThat(found.passed()).isFalse();
    assertThat(new VerificationException("merged", found))
        .hasMessageStartingWith("merged: expected the adapter's logits within 1.0e-04 of the")
        .hasMessageContaining("(prompt 'token ids [");
    LogitsCheck lenient =
        new LogitsCheck(Optional.empty(), OptionalDouble.of(100), DType.FLOAT64, Device.CPU);
    assertThat(engine.verify(lora, to("merged"), lenient).passed()).isTrue();
  }

  @Test
  void aFailedCheckLeavesNothing() {
    LogitsCheck strict =
        new LogitsCheck(Optional.empty(), OptionalDouble.of(1e-6), DType.FLOAT32, Device.CPU);
    assertThatThrownBy(
            () ->
                engine.merge(
                    new MergeRequest(
                        lora,
                        Optional.of(DType.BFLOAT16),
                        false,
                        Device.CPU,
                        to("merged"),
                        false,
                        Optional.of(strict))))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith(to("merged") + " (not written): expected the adapter's logits");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("model", "lora");
  }

  @Test
  void aCheckpointOfThePapersIsImportedAndExportedAgain() throws IOException {
    Path paper = TinyFolder.paper(folder.resolve("paper"));
    AdapterSource source =
        new AdapterSource(paper, Optional.of(model.toString()), Optional.empty());
    assertThat(export(source, null, to("ours")).what()).isEqualTo("control");
    assertThat(to("ours/adapter_config.json")).content().contains("\"parts\"");
    AdapterSource ours =
        new AdapterSource(to("ours"), Optional.of(model.toString()), Optional.empty());
    export(ours, AdapterFormat.PAPER, to("again"));
    assertThat(to("again/model.safetensors"))
        .hasSameBinaryContentAs(paper.resolve("model.safetensors"));
    assertThatThrownBy(() -> export(ours, AdapterFormat.PEFT, to("peft")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--format control or --format paper writes it");
    assertThatThrownBy(() -> merge(ours, null, false))
        .hasMessageContaining(
            "merge: expected an adapter of lora, dora, vera, adalora, qa-lora, full or probe, found"
                + " 'control'");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    AdapterSource nameless =
        new AdapterSource(
            TinyFolder.paper(folder.resolve("paper")), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> export(nameless, null, to("out")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("base_model_name_or_path: expected the base model, found nothing")
        .hasMessageContaining("--model");
    LogitsCheck texts =
        new LogitsCheck(
            Optional.of(List.of("hello")), OptionalDouble.empty(), DType.FLOAT32, Device.CPU);
    assertThatThrownBy(() -> engine.verify(lora, model, texts))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a model that reads texts for the prompts given");
    assertThatThrownBy(() -> merge(lora, DType.INT8, false))
        .hasMessageContaining("--dtype: expected float64, float32, float16 or bfloat16");
    assertThatThrownBy(
            () ->
                new LogitsCheck(Optional.empty(), OptionalDouble.of(-1), DType.FLOAT32, Device.CPU))
        .hasMessage("--tolerance: expected 0 or more, found -1.0");
    assertThat(Files.exists(to("merged"))).isFalse();
  }
}
