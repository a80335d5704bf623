package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every combination that numpy made of the reference's updates, made again from their factors:
 * results, ranks, ZipLoRA's loss and gradients, K-LoRA's choice. {@code -Dstatecraft.fixtures=DIR}
 * takes another folder of the same layout, with other sizes, ranks, numbers of tasks and settings.
 */
class MergingVectorsTest {
  private static final String NAME = "merging";
  private static final Closeness CLOSE = Closeness.relative(1e-9);

  private final Map<String, double[]> vectors = new TreeMap<>();
  private final Map<String, long[]> shapes = new TreeMap<>();
  private JsonNode json;
  private Torch torch;
  private Scope scope;

  @BeforeEach
  void read() throws IOException {
    Optional<Path> other =
        Optional.ofNullable(System.getProperty("statecraft.fixtures"))
            .filter(name -> !name.isBlank())
            .map(name -> Path.of(System.getProperty("statecraft.root"), "").resolve(name));
    Path folder = other.orElseGet(Fixtures::folder);
    if (other.isPresent() && !Files.exists(folder.resolve(NAME + ".json"))) {
      Assumptions.abort(folder + " has no " + NAME + ".json");
    }
    json = new ObjectMapper().readTree(folder.resolve(NAME + ".json").toFile());
    read(folder.resolve(NAME + ".safetensors"), "");
    Path nullVectors = folder.resolve(NAME + "-null.safetensors");
    if (Files.exists(nullVectors)) {
      read(nullVectors, "null.");
    }
    torch = Torch.cpu();
    scope = torch.scope();
  }

  private void read(Path path, String prefix) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (String key : file.names()) {
        TensorEntry entry = file.entry(key);
        double[] numbers = new double[(int) entry.elements()];
        file.read(key).asDoubleBuffer().get(numbers);
        vectors.put(prefix + key, numbers);
        shapes.put(prefix + key, entry.shape());
      }
    }
  }

  @AfterEach
  void close() {
    if (torch != null) {
      scope.close();
      assertThat(torch.liveTensors()).isZero();
      torch.close();
    }
  }

  private Tensor tensor(String name) {
    assertThat(vectors).containsKey(name);
    return torch.of(DType.FLOAT64, vectors.get(name), shapes.get(name));
  }

  private LowRankUpdate update(int task) {
    return new LowRankUpdate(tensor("task" + task + ".B"), tensor("task" + task + ".A"));
  }

  private EdgeUpdates updates(int tasks) {
    return new EdgeUpdates(
        "edge",
        IntStream.range(0, tasks).boxed().toList(),
        IntStream.range(0, tasks).mapToObj(this::update).toList());
  }

  private EdgeUpdates updates() {
    return updates(json.get("tasks").asInt());
  }

  @Test
  void factorsAreTheUpdates() {
    for (int i = 0; i < json.get("tasks").asInt(); i++) {
      check("task" + i + ".delta", update(i));
    }
  }

  private void check(String name, LowRankUpdate found) {
    CLOSE.check(name, found.full().toDoubles(), vectors.get(name));
    JsonNode rank = json.get("ranks_of").path(name);
    if (!rank.isMissingNode()) {
      assertThat(found.reduced().rank()).as("rank of " + name).isEqualTo(rank.asInt());
    }
  }

  @TestFactory
  Stream<DynamicTest> methods() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : vectors.keySet()) {
      method(name)
          .ifPresent(
              method -> tests.add(DynamicTest.dynamicTest(name, () -> combines(name, method))));
    }
    assertThat(tests).hasSizeGreaterThan(4);
    return tests.stream();
  }

  private Optional<CombineMethod> method(String name) {
    if (name.equals("average")) {
      return Optional.of(new Average());
    }
    if (name.startsWith("linear.")) {
      List<Double> weights = new ArrayList<>();
      Matcher numbers = Pattern.compile("-?\\d+\\.\\d+").matcher(name);
      while (numbers.find()) {
        weights.add(Double.valueOf(numbers.group()));
      }
      return Optional.of(new Linear(new RunWeights(weights)));
    }
    Matcher setting = Pattern.compile("(ties|knots_ties|svd)\\.(?:density|rank)(.*)").matcher(name);
    if (!setting.matches()) {
      return Optional.empty();
    }
    double value = Double.parseDouble(setting.group(2));
    // Elementwise results are compared at the full rank that they have.
    OptionalInt all = OptionalInt.of(Integer.MAX_VALUE);
    return Optional.of(
        switch (setting.group(1)) {
          case "ties" -> new Ties(value, RunWeights.ONES, all);
          case "knots_ties" -> new Knots(value);
          default -> new Svd((int) value, RunWeights.ONES);
        });
  }

  private void combines(String name, CombineMethod method) {
    try (Scope inner = torch.scope()) {
      EdgeUpdates updates = updates();
      Truncated result = method.combine(updates);
      check(name, result.update());
      assertThat(result.update().rank())
          .isLessThanOrEqualTo(method.rank(updates.out(), updates.in(), updates.ranks()));
    }
  }

  /**
   * The reference takes floor(min / tasks) triplets of each task, even beyond its rank. The vectors
   * of those are rounding noise, so they are beside the others in a file of their own; TSV-M itself
   * leaves them out.
   */
  @Test
  void singularVectorsAreMadeOrthogonal() {
    EdgeUpdates updates = updates();
    int tasks = updates.count();
    int count = (int) Math.min(updates.out(), updates.in()) / tasks;
    List<Triplets> parts = new ArrayList<>();
    boolean beyond = false;
    for (int i = 0; i < tasks; i++) {
      Triplets all = Triplets.of(updates.updates().get(i));
      int rank = all.numericRank();
      if (count <= rank) {
        parts.add(all.first(count));
        continue;
      }
      beyond = true;
      if (!vectors.containsKey("null.task" + i + ".u")) {
        Assumptions.abort(
            "tsv_m: %d triplets of a task of rank %d, and no file of the reference's others"
                .formatted(count, rank));
      }
      parts.add(
          new Triplets(
              Tensor.cat(1, all.first(rank).u(), tensor("null.task" + i + ".u")),
              Tensor.cat(0, all.first(rank).values(), torch.zeros(DType.FLOAT64, count - rank)),
              Tensor.cat(0, all.first(rank).vt(), tensor("null.task" + i + ".v"))));
    }
    check("tsv_m", TsvM.joined(parts));
    if (!beyond) {
      check("tsv_m", new TsvM().combine(updates).update());
    }
  }

  @Test
  void zipLoraMinimizesTheReferencesLoss() {
    JsonNode zip = json.get("zip");
    ZipLoss loss =
        new ZipLoss(
            updates(2), List.of(tensor("zip.x0"), tensor("zip.x1")), zip.get("lambda").asDouble());
    double[] gradient = new double[loss.variables()];
    double found = loss.evaluate(columns("zip.m0", "zip.m1"), gradient);
    CLOSE.check("loss", new double[] {found}, new double[] {zip.get("loss").asDouble()});
    CLOSE.check("gradient", gradient, columns("zip.grad_m0", "zip.grad_m1"));
  }

  /** Two vectors as the columns of a matrix, row-major. */
  private double[] columns(String first, String second) {
    double[] left = vectors.get(first);
    double[] right = vectors.get(second);
    double[] both = new double[2 * left.length];
    for (int i = 0; i < left.length; i++) {
      both[2 * i] = left[i];
      both[2 * i + 1] = right[i];
    }
    return both;
  }

  @Test
  void kLoraChoosesAsTheReference() {
    JsonNode expected = json.get("klora");
    EdgeUpdates updates = updates(2);
    long k = KLora.entries(updates.ranks());
    assertThat(k).isEqualTo(expected.get("k").asLong());
    double[] sums = new double[2];
    for (int i = 0; i < 2; i++) {
      sums[i] = Magnitudes.sumOfLargest(updates.updates().get(i).values(), k);
      assertThat(sums[i])
          .isCloseTo(
              expected.get("sums_of_top_k").get(i).asDouble(), Offset.offset(1e-9 * sums[i]));
    }
    KLora method = RandomUpdates.kLora(2, List.of(updates));
    double gamma = expected.get("gamma").asDouble();
    assertThat(method.totals().get(0) / method.totals().get(1))
        .isCloseTo(gamma, Offset.offset(1e-9 * gamma));
    check(
        sums[0] / gamma > sums[1] ? "task0.delta" : "task1.delta",
        method.combine(updates).update());
  }
}
