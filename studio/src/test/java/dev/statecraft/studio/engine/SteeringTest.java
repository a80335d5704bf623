package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.studio.steer.SteerSettings;
import dev.statecraft.studio.steer.SteeredLayer;
import dev.statecraft.studio.steer.SteeringEdge;
import dev.statecraft.studio.steer.SteeringLaw;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteeringTest {
  private static final List<String> HIGH = List.of("w40 w12 w41", "w42 w43", "w9 w44 w45 w46");
  private static final List<String> LOW = List.of("w4 w12 w5", "w6 w7", "w30 w8 w10 w11");

  @TempDir private Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    Files.write(folder.resolve("high.txt"), HIGH);
    Files.write(folder.resolve("low.txt"), LOW);
  }

  private SteerRequest request(String to) {
    return SteerRequest.of(
        folder.resolve("llama").toString(),
        folder.resolve("high.txt"),
        folder.resolve("low.txt"),
        folder.resolve(to));
  }

  private static SteerOutcome steer(SteerRequest request) throws IOException {
    return new ModelEngine().steer(request, line -> {});
  }

  private String written(Optional<String> adapter) throws IOException {
    TunedModel tuned =
        new TunedModel(
            folder.resolve("llama").toString(), adapter.map(folder::resolve), Quantization.NONE);
    try (OpenModel model = new ModelEngine().open(tuned, DType.FLOAT32, Device.CPU)) {
      return model.generate("w4 w12 w5", 12, GenerateRequest.Sampling.GREEDY, piece -> {}).text();
    }
  }

  /** The first edge changes states that nothing else has changed: what it does is its formula. */
  @ParameterizedTest
  @ValueSource(doubles = {-1, 0, 1, 3})
  void whatIsWrittenPushesTowardsTheSetpoint(double strength) throws IOException {
    SteerOutcome outcome =
        steer(request("adapter").with(SteerSettings.USUAL.withStrength(strength)));
    assertThat(outcome.layers()).hasSize(2);
    SteeredLayer first = outcome.layers().get(0);
    SteeringEdge edge = first.edge().orElseThrow();
    double negative = first.before().negative();
    double positive = first.before().positive();
    assertThat(positive - negative).isCloseTo(first.contrast(), offset(1e-9));
    assertThat(edge.setpoint()).isCloseTo(negative + strength * first.contrast(), offset(1e-9));
    assertThat(edge.share()).isBetween(0.01, 0.99);
    assertThat(first.after().negative())
        .isCloseTo(negative + edge.share() * (edge.setpoint() - negative), offset(1e-6));
    assertThat(first.after().positive())
        .isCloseTo(positive + edge.share() * (edge.setpoint() - positive), offset(1e-6));
    assertThat(outcome.layers().get(1).edge()).isEmpty();
    assertThat(outcome.peakBytes()).isPositive();
  }

  @Test
  void strengthSaysHowFarTheLastLayerMoves() throws IOException {
    List<Double> shifts = new ArrayList<>();
    List<Double> predicted = new ArrayList<>();
    for (double strength : List.of(0.0, 1.0, 2.0)) {
      SteerOutcome outcome =
          steer(request("s" + strength).with(SteerSettings.USUAL.withStrength(strength)));
      shifts.add(outcome.shift());
      predicted.add(outcome.predicted());
    }
    assertThat(predicted.get(0)).isZero();
    assertThat(predicted.get(2)).isCloseTo(2 * predicted.get(1), offset(1e-9));
    assertThat(shifts).isSorted();
    assertThat(shifts.get(2)).isGreaterThan(shifts.get(0) + 0.01);
  }

  @Test
  void anAdapterLikeAnyOther() throws IOException {
    String before = written(Optional.empty());
    SteerOutcome unused = steer(request("adapter").with(SteerSettings.USUAL.withStrength(40)));
    assertThat(folder.resolve("adapter"))
        .isDirectoryContaining(file -> file.endsWith(AdapterFolder.CONFIG_FILE))
        .isDirectoryContaining(file -> file.endsWith(AdapterFolder.WEIGHTS_FILE))
        .isDirectoryContaining(file -> file.endsWith(Steering.OUTCOME));
    assertThat(written(Optional.of("adapter"))).isNotEqualTo(before);
    assertThatThrownBy(() -> steer(request("adapter")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--force replaces it");
    assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".tmp"));
  }

  /** The base that an adapter needs must not go to make room for it. */
  @Test
  void theModelIsNeverReplaced() throws IOException {
    SteerRequest plain = request("adapter");
    Path model = folder.resolve("llama");
    assertThatThrownBy(
            () ->
                steer(
                    new SteerRequest(
                        plain.model(),
                        plain.positive(),
                        plain.negative(),
                        false,
                        plain.settings(),
                        plain.device(),
                        model,
                        true)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("expected a folder that is not read itself");
    assertThat(model.resolve("model.safetensors")).exists();
  }

  @Test
  void aByteOrderMarkIsNoText() throws IOException {
    SteerOutcome lines = steer(request("lines"));
    Files.writeString(folder.resolve("high.txt"), "\ufeff" + String.join("\r\n", HIGH) + "\r\n");
    assertThat(steer(request("marked")).toMap().get("layers"))
        .isEqualTo(lines.toMap().get("layers"));
  }

  /** A line, a row with a text, and a row with a prompt are the same text. */
  @Test
  void rowsAreTexts() throws IOException {
    SteerOutcome lines = steer(request("lines"));
    for (String column : List.of("text", "prompt")) {
      for (Map.Entry<String, List<String>> side : Map.of("high", HIGH, "low", LOW).entrySet()) {
        Files.write(
            folder.resolve(side.getKey() + ".jsonl"),
            side.getValue().stream()
                .map(text -> "{\"" + column + "\": \"" + text + "\"}")
                .toList());
      }
      SteerRequest rows =
          SteerRequest.of(
              folder.resolve("llama").toString(),
              folder.resolve("high.jsonl"),
              folder.resolve("low.jsonl"),
              folder.resolve(column));
      assertThat(steer(rows).toMap().get("layers")).isEqualTo(lines.toMap().get("layers"));
    }
  }

  /** As conversations, texts end where a reply begins. */
  @Test
  void turnsAreWrittenAsTheModelKnowsThem() throws IOException {
    SteerRequest plain = request("plain");
    SteerOutcome turns =
        steer(
            new SteerRequest(
                plain.model(),
                plain.positive(),
                plain.negative(),
                true,
                plain.settings(),
                plain.device(),
                folder.resolve("turns"),
                false));
    for (Map.Entry<String, List<String>> side : Map.of("high", HIGH, "low", LOW).entrySet()) {
      Files.write(
          folder.resolve(side.getKey() + ".jsonl"),
          side.getValue().stream()
              .map(text -> "{\"messages\": [{\"role\": \"user\", \"content\": \"" + text + "\"}]}")
              .toList());
    }
    SteerOutcome messages =
        steer(
            SteerRequest.of(
                plain.model(),
                folder.resolve("high.jsonl"),
                folder.resolve("low.jsonl"),
                folder.resolve("messages")));
    assertThat(messages.toMap().get("layers")).isEqualTo(turns.toMap().get("layers"));
    assertThat(messages.toMap().get("layers")).isNotEqualTo(steer(plain).toMap().get("layers"));
  }

  @Test
  void textsMustDiffer() throws IOException {
    Files.write(folder.resolve("high.txt"), LOW);
    assertThatThrownBy(() -> steer(request("adapter")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected texts whose ends differ on the average");
    assertThat(folder.resolve("adapter")).doesNotExist();
  }

  @Test
  void theLastLayerAloneIsNoChoice() {
    SteerSettings last =
        new SteerSettings(1, LayerSelection.parse("last 1"), SteeringLaw.EDGE, 10, 10, 1, 1);
    assertThatThrownBy(() -> steer(request("adapter").with(last)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--layers: expected layers before the last");
  }

  /** Several texts in a pass, and one that is longer than all a pass is to have. */
  @Test
  void lastTokensAreThoseOfEachText() throws IOException {
    try (PretrainedModel model = PretrainedModel.open(folder.resolve("llama"));
        Torch torch = Torch.cpu()) {
      Graph graph = model.causalLm().graph();
      long before = torch.liveTensors();
      try (LastTokens reader = new LastTokens(torch, graph, model.weights(graph))) {
        int[] one = {4, 12, 5};
        int[] other = {30, 8};
        List<double[]> means = reader.means(List.of(one, other));
        double[] expected = new double[16];
        for (int[] text : List.of(one, other)) {
          Map<String, Tensor> states = reader.outputs(text);
          double[] all = states.get("layers.1.output").toDoubles();
          for (int i = 0; i < 16; i++) {
            expected[i] += all[(text.length - 1) * 16 + i] / 2;
          }
          states.values().forEach(Tensor::close);
        }
        assertThat(means.get(1)).containsExactly(expected, offset(1e-5));
      }
      assertThat(torch.liveTensors()).isEqualTo(before);
    }
  }

  /** Beginnings of happy and sad stories, by a model that writes some. */
  @Test
  @Tag("real-data")
  void storiesAreSteered() throws IOException {
    Files.write(
        folder.resolve("high.txt"),
        List.of(
            "Tom was very happy. He got a big gift and he smiled. He loved to play and",
            "Lily ran in the sun with her friends. They laughed and hugged. It was a fun",
            "The dog wagged his tail. He was happy to see Ben. They played and had fun and",
            "Sue won the game. She jumped up and down with joy. Everyone cheered and"));
    Files.write(
        folder.resolve("low.txt"),
        List.of(
            "Tom was very sad. He lost his big toy and he cried. He did not want to play and",
            "Lily sat in the dark with no friends. They were mean and left. It was a bad",
            "The dog hid his tail. He was scared to see Ben. They fought and got hurt and",
            "Sue lost the game. She sat down and cried. Everyone left and"));
    SteerOutcome outcome =
        steer(
            SteerRequest.of(
                RealData.file("data/stories260k").toString(),
                folder.resolve("high.txt"),
                folder.resolve("low.txt"),
                folder.resolve("adapter")));
    assertThat(outcome.layers()).hasSize(5);
    assertThat(outcome.layers().subList(0, 4))
        .allSatisfy(
            layer -> {
              assertThat(layer.edge().orElseThrow().share()).isBetween(0.0, 1.0);
              assertThat(layer.after().negative()).isGreaterThan(layer.before().negative());
            });
    assertThat(outcome.shift()).isBetween(0.1, 1.2);
  }
}
