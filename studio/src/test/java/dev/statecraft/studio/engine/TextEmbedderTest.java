package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors come of the part of the graph that makes the last state, and leave nothing behind. */
final class TextEmbedderTest {
  @TempDir private Path folder;

  @Test
  void tensorsAreFreedAndHeadsAreNotRead() throws IOException {
    Path bert = LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
    try (PretrainedModel model = PretrainedModel.open(bert);
        Torch torch = Torch.cpu()) {
      SentenceModules modules = SentenceModules.usual(false);
      AnswerKind.Way way = new EmbeddingKind("bert", model, modules, note -> {}).untuned();
      Graph graph = way.graph();
      assertThat(graph.parameters().keySet())
          .isNotEmpty()
          .noneMatch(name -> name.contains("pooler") || name.startsWith("classifier"));
      assertThat(graph.contains(TaskModel.LOSS)).isFalse();
      assertThat(graph.layers()).hasSameSizeAs(model.usual().graph().layers());
      try (Weights weights =
          Weights.load(torch, graph, DType.FLOAT32, Quantization.NONE, model.weights(graph), 0)
              .settle()) {
        TextEmbedder embedder = way.answering().of(graph, weights).embedder();
        List<TextInput> texts = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
          texts.add(new TextInput("w5 " + "w6 ".repeat(i % 9)));
        }
        embedder.embed(texts, EmbedOptions.DEFAULT);
        long tensors = torch.liveTensors();
        long bytes = torch.liveBytes();
        for (int i = 0; i < 5; i++) {
          embedder.embed(texts, EmbedOptions.DEFAULT);
          assertThat(torch.liveTensors()).isEqualTo(tensors);
          assertThat(torch.liveBytes()).isEqualTo(bytes);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  @Test
  void aGraphEndsWhereItIsAsked() throws IOException {
    Path llama = TinyFolder.model(folder.resolve("llama"));
    try (PretrainedModel model = PretrainedModel.open(llama)) {
      TaskModel family = model.causalLm();
      Graph whole = family.graph();
      Graph part = whole.upTo(family.lastState());
      assertThat(part.edges()).isSubsetOf(whole.edges()).hasSizeLessThan(whole.edges().size());
      assertThat(part.edges().get(part.edges().size() - 1).name()).isEqualTo(family.lastState());
      assertThatThrownBy(() -> whole.upTo("layers.0.middle")).isInstanceOf(GraphException.class);
      assertThatThrownBy(() -> whole.upTo("none")).isInstanceOf(GraphException.class);
    }
  }

  @Test
  void whatWasNotOpenedToEmbedDoesNot() throws IOException {
    Path llama = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
    TunedModel untuned = new TunedModel(llama.toString(), Optional.empty(), Quantization.NONE);
    try (OpenModel model = new ModelEngine().open(untuned, DType.FLOAT32, Device.CPU)) {
      assertThatThrownBy(() -> model.embed("w5"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("embed texts");
    }
  }

  /** MiniLM out of its jar: vectors and cosines of sentences as transformers computes them. */
  @Test
  @Tag("real-data")
  void miniLmGivesTheVectorsThatItShould() throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(RealData.file("data/minilm/expected.json").toFile());
    TunedModel miniLm = new TunedModel("builtin:minilm", Optional.empty(), Quantization.NONE);
    List<float[]> vectors = new ArrayList<>();
    try (OpenModel model =
        new ModelEngine().openEmbedder(miniLm, DType.FLOAT32, Device.CPU, note -> {})) {
      List<TextInput> texts = new ArrayList<>();
      expected.get("sentences").forEach(one -> texts.add(new TextInput(one.get("text").asText())));
      vectors.addAll(model.embed(texts, EmbedOptions.DEFAULT).vectors());
    }
    for (int i = 0; i < vectors.size(); i++) {
      JsonNode first = expected.get("sentences").get(i).get("mean_pooled_l2_normalised_first8");
      for (int j = 0; j < first.size(); j++) {
        assertThat((double) vectors.get(i)[j]).isCloseTo(first.get(j).asDouble(), within(1e-6));
      }
      for (int k = 0; k < vectors.size(); k++) {
        double cosine = 0;
        for (int j = 0; j < vectors.get(i).length; j++) {
          cosine += (double) vectors.get(i)[j] * vectors.get(k)[j];
        }
        assertThat(cosine)
            .isCloseTo(
                expected.get("cosine_of_mean_pooled").get(i).get(k).asDouble(), within(1e-6));
      }
    }
  }
}
