package dev.statecraft.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.Quoted;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@link Progress} and {@link StepLayout} as JSON. Numbers come back to the last bit. */
final class ProgressFormat {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ProgressFormat() {}

  /** What a file says. */
  record Content(Progress progress, StepLayout layout) {}

  /** Writes a new file and forces it to the disk. */
  static void write(Path file, Progress progress, StepLayout layout) throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("step", progress.step());
    root.put("seconds", progress.seconds());
    root.put("halvings", progress.halvings());
    ArrayNode evaluations = root.putArray("evaluations");
    for (Evaluation evaluation : progress.evaluations()) {
      ObjectNode node = evaluations.addObject();
      node.put("step", evaluation.step());
      node.put("epoch", evaluation.epoch());
      ObjectNode metrics = node.putObject("metrics");
      // A value that is no finite number is a text, as JSON has none of them.
      evaluation
          .metrics()
          .forEach(
              (name, value) -> {
                if (Double.isFinite(value)) {
                  metrics.put(name, value);
                } else {
                  metrics.put(name, value.toString());
                }
              });
    }
    progress.peak().ifPresent(peak -> write(root.putObject("peak"), peak, progress.peakParts()));
    ObjectNode steps = root.putObject("steps");
    steps.put("micro_batch", layout.microBatch().max());
    steps.put("micro_batch_unit", layout.microBatch().unit().name());
    ArrayNode store = steps.putArray("store");
    layout.store().layers().forEach(policy -> store.add(policy.label()));
    steps.put("store_otherwise", layout.store().otherwise().label());
    steps.put("examples", layout.examples());
    steps.put("lengths", layout.lengths());
    ByteBuffer bytes =
        ByteBuffer.wrap(MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static void write(ObjectNode node, MemoryUse peak, List<List<Integer>> parts) {
    node.put("bytes", peak.peakBytes());
    ObjectNode memory = node.putObject("memory");
    peak.categories().forEach(memory::put);
    node.put("state_gradients", peak.stateGradients());
    ArrayNode all = node.putArray("micro_batches");
    parts.forEach(
        part -> {
          ArrayNode examples = all.addArray();
          part.forEach(examples::add);
        });
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param source what to call it in messages
   * @throws InvalidInputException if it is anything else
   */
  static Content read(String json, String source) {
    try {
      JsonNode root = MAPPER.readTree(json);
      JsonNode steps = root.required("steps");
      return new Content(progress(root), layout(steps));
    } catch (IOException | IllegalArgumentException | UsageException e) {
      throw new InvalidInputException(
          source
              + ": expected the progress of a run, found something else ("
              + (e instanceof JsonProcessingException problem
                  ? JsonProblem.of(problem)
                  : Quoted.bare(String.valueOf(e.getMessage())))
              + ")",
          e);
    }
  }

  private static Progress progress(JsonNode root) {
    List<Evaluation> evaluations = new ArrayList<>();
    for (JsonNode node : root.required("evaluations")) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : node.required("metrics").properties()) {
        metrics.put(field.getKey(), Double.valueOf(field.getValue().asText()));
      }
      evaluations.add(
          new Evaluation(
              number(node, "step").longValue(), number(node, "epoch").doubleValue(), metrics));
    }
    Optional<MemoryUse> peak = Optional.empty();
    List<List<Integer>> parts = new ArrayList<>();
    if (root.has("peak")) {
      JsonNode node = root.get("peak");
      Map<String, Long> categories = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : node.required("memory").properties()) {
        categories.put(field.getKey(), field.getValue().longValue());
      }
      peak =
          Optional.of(
              new MemoryUse(
                  number(node, "bytes").longValue(),
                  categories,
                  number(node, "state_gradients").longValue()));
      for (JsonNode part : node.required("micro_batches")) {
        List<Integer> examples = new ArrayList<>();
        part.forEach(example -> examples.add(example.intValue()));
        parts.add(examples);
      }
    }
    return new Progress(
        number(root, "step").longValue(),
        number(root, "halvings").intValue(),
        number(root, "seconds").doubleValue(),
        evaluations,
        peak,
        parts);
  }

  private static StepLayout layout(JsonNode steps) {
    List<StorePolicy> layers = new ArrayList<>();
    steps.required("store").forEach(label -> layers.add(StorePolicy.of(label.asText())));
    return new StepLayout(
        new BatchLimit(
            BatchLimit.Unit.valueOf(steps.required("micro_batch_unit").asText()),
            number(steps, "micro_batch").intValue()),
        new LayerPolicies(layers, StorePolicy.of(steps.required("store_otherwise").asText())),
        number(steps, "examples").intValue(),
        number(steps, "lengths").longValue());
  }

  private static Number number(JsonNode node, String name) {
    JsonNode value = node.required(name);
    if (!value.isNumber()) {
      throw new IllegalArgumentException(name + ": expected a number, found " + value);
    }
    return value.numberValue();
  }
}
