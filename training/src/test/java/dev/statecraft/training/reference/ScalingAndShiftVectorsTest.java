package dev.statecraft.training.reference;

import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * IA3 of peft 0.21 and BitFit on a tiny LLaMA: logits, gradients, parameters after five AdamW
 * steps. {@code -Dstatecraft.fixtures=DIR} takes another folder of the same layout.
 */
class ScalingAndShiftVectorsTest {
  private static final String MODEL = "llama-relatives";

  @TestFactory
  Stream<DynamicTest> vectors() {
    Path folder = ReferenceVectorsTest.folder();
    return Stream.of("ia3", "bitfit")
        .flatMap(
            method ->
                Stream.of(DType.FLOAT64, DType.FLOAT32)
                    .flatMap(
                        type ->
                            Arrays.stream(StorePolicy.values())
                                .map(policy -> test(folder, method, type, policy))));
  }

  private static DynamicTest test(Path folder, String method, DType type, StorePolicy policy) {
    String name = MODEL + "." + method;
    return DynamicTest.dynamicTest(
        name + " " + type + " store " + policy.label(),
        () -> ReferenceVectorsTest.method(folder, name, type, policy));
  }
}
