package dev.statecraft.training.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Int4Groups;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * QA-LoRA on linears of 4 bits, of a tiny LLaMA: codes, scales and zero points, logits, gradients,
 * parameters after five AdamW steps, as PyTorch computed them in float64.
 */
class QaLoraVectorsTest {
  private static final String NAME = "llama-relatives.qa-lora";
  private static final int GROUP = 8;

  private final Path folder = ReferenceVectorsTest.folder();

  @Test
  void codesScalesAndZerosAreThoseOfTheVectors() throws IOException {
    try (Torch torch = Torch.cpu();
        CheckpointSource source = CheckpointFolder.open(folder.resolve("llama-relatives"));
        SafetensorsFile expected = base()) {
      for (String module : modules(expected)) {
        long[] shape = source.entry(module + ".weight").shape();
        try (Tensor weight = torch.empty(DType.FLOAT32, shape)) {
          CheckpointWeights.of(source).read(module + ".weight", weight);
          try (Int4Groups found = Int4Groups.of(weight, GROUP)) {
            assertThat(codes(found)).as(module).isEqualTo(bytes(expected, module + ".codes"));
            assertThat(found.scales().toFloats())
                .as(module)
                .isEqualTo(floats(expected, module + ".scale"));
            assertThat(found.zeros().toFloats())
                .as(module)
                .isEqualTo(floats(expected, module + ".zero"));
          }
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @TestFactory
  Stream<DynamicTest> vectors() {
    return Stream.of(DType.FLOAT64, DType.FLOAT32)
        .flatMap(type -> Arrays.stream(StorePolicy.values()).map(policy -> test(type, policy)));
  }

  private DynamicTest test(DType type, StorePolicy policy) {
    return DynamicTest.dynamicTest(
        NAME + " " + type + " store " + policy.label(),
        () -> {
          try (SafetensorsFile expected = base()) {
            Set<String> held =
                modules(expected).stream()
                    .map(module -> module + ".weight")
                    .collect(Collectors.toSet());
            ReferenceVectorsTest.method(folder, NAME, type, policy, base -> new Held(base, held));
          }
        });
  }

  /** The linears that the vectors' model holds in 4 bits, as the values that they have there. */
  private record Held(WeightSource base, Set<String> names) implements WeightSource {
    @Override
    public boolean has(String name) {
      return base.has(name);
    }

    @Override
    public void read(String name, Tensor target) {
      if (!names.contains(name)) {
        base.read(name, target);
        return;
      }
      try (Tensor weight = target.torch().empty(DType.FLOAT32, target.shape())) {
        base.read(name, weight);
        try (Int4Groups held = Int4Groups.of(weight, GROUP)) {
          held.dequantizeInto(target);
        }
      }
    }
  }

  private SafetensorsFile base() throws IOException {
    return SafetensorsFile.open(folder.resolve(NAME + "-base.safetensors"));
  }

  private static Set<String> modules(SafetensorsFile base) {
    return base.names().stream()
        .filter(name -> name.endsWith(".codes"))
        .map(name -> name.substring(0, name.length() - ".codes".length()))
        .collect(Collectors.toSet());
  }

  private static byte[] codes(Int4Groups matrix) {
    long[] pairs = matrix.codes().toLongs();
    byte[] codes = new byte[2 * pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      codes[2 * i] = (byte) (pairs[i] >> 4);
      codes[2 * i + 1] = (byte) (pairs[i] & 15);
    }
    return codes;
  }

  private static byte[] bytes(SafetensorsFile file, String name) {
    ByteBuffer buffer = file.read(name);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static float[] floats(SafetensorsFile file, String name) {
    float[] values = new float[(int) file.entry(name).elements()];
    file.read(name).asFloatBuffer().get(values);
    return values;
  }
}
