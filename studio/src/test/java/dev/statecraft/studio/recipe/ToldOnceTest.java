package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.studio.guide.Explanation;
import dev.statecraft.studio.guide.RecipeSchema;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key that is told in one line and a method that is told in one class are known everywhere. */
final class ToldOnceTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The line. */
  private static final class WithLookahead extends TrainKeys {
    final Key<Integer> lookahead = key("lookahead", Type.whole(0, 5), 7, "Steps to look ahead.");
  }

  /** The class. */
  private static final class BiasMethod extends Keys implements Method {
    final Key<Double> strength =
        key("strength", Type.number("0 or more", Map.of("minimum", 0), 2), 0.5, "How.");

    @Override
    public String name() {
      return "bias-only";
    }

    @Override
    public Keys keys() {
      return this;
    }

    @Override
    public double learningRate() {
      return 3e-3;
    }

    @Override
    public List<Tuning> tunings(Settings settings, ModelDefaults model) {
      return List.of(new HeadTuning());
    }
  }

  private final WithLookahead train = new WithLookahead();
  private final BiasMethod method = new BiasMethod();
  private final RecipeKeys keys =
      new RecipeKeys(Stream.concat(Methods.ALL.stream(), Stream.of(method)).toList(), train);
  private final Catalogue catalogue = new Catalogue(keys);

  private Recipe read(String... changes) {
    return keys.read(tree(changes), new Document("r.yaml", Path.of("base"), "r", catalogue));
  }

  private ObjectNode tree(String... changes) {
    String yaml = "{model: m, method: bias-only, data: {train: a.csv}, task: classification}";
    return Overrides.apply(RecipeText.parse(yaml, "r.yaml"), List.of(changes), "r.yaml", catalogue);
  }

  @Test
  void theReaderKnowsThem() {
    Recipe plain = read();
    assertThat(plain.train().settings().get(train.lookahead)).isEqualTo(7);
    assertThat(plain.method().name()).isEqualTo("bias-only");
    assertThat(plain.method().settings().get(method.strength)).isEqualTo(0.5);
    assertThat(plain.train().learningRate()).isEqualTo(3e-3);
    assertThat(
            plain
                .method()
                .tunings(new ModelDefaults(List.of(), List.of(), Initializer.ZEROS, false)))
        .containsExactly(new HeadTuning());
    Recipe set = read("train.lookahead=2", "method.strength=1e-1");
    assertThat(set.train().settings().get(train.lookahead)).isEqualTo(2);
    assertThat(set.method().settings().get(method.strength)).isEqualTo(0.1);
    assertThatThrownBy(() -> read("train.lookahead=-1"))
        .hasMessage("r.yaml: train.lookahead: expected 0 or more, found -1");
    assertThatThrownBy(() -> read("method.strength=-1"))
        .hasMessage("r.yaml: method.strength: expected 0 or more, found -1.0");
    assertThatThrownBy(() -> read("train.lookahed=1")).hasMessageContaining("'lookahead'?");
    assertThatThrownBy(() -> read("method.strenght=1")).hasMessageContaining("'strength'?");
  }

  @Test
  void theWriterKnowsThem() {
    Recipe recipe = read("train.lookahead=2", "method.strength=4");
    assertThat(recipe.toYaml())
        .contains("lookahead: 2\n")
        .contains("method:\n  name: bias-only\n  strength: 4.0\n");
    ObjectNode again = RecipeText.parse(recipe.toYaml(), "again");
    assertThat(keys.read(again, new Document("again", Path.of("base"), "r", catalogue)))
        .isEqualTo(recipe);
    assertThat(recipe.options()).containsEntry("train.lookahead", "2");
  }

  @Test
  void theExplanationKnowsThem() {
    assertThat(new Explanation(80, catalogue).of("lookahead"))
        .isEqualTo(
            """
            train.lookahead  (default: 7)
                Steps to look ahead.
                Value: a whole number, 0 or more.
            """);
    assertThat(new Explanation(80, catalogue).of("method.strength"))
        .contains("(default: 0.5)")
        .contains("Only for the method bias-only.");
    assertThat(new Explanation(80, catalogue).of("method.name"))
        .contains("edges")
        .contains("bias-only");
  }

  @Test
  void theSchemaKnowsThem() {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(RecipeSchema.json(catalogue));
    assertThat(schema.validate(tree("train.lookahead=2", "method.strength=4"))).isEmpty();
    assertThat(schema.validate(tree("train.lookahead=-2"))).isNotEmpty();
    assertThat(schema.validate(tree("method.strength=-4"))).isNotEmpty();
    JsonNode usual = JSON.valueToTree(tree("method={name: lora, strength: 4}"));
    assertThat(schema.validate(usual)).as("another method").isNotEmpty();
  }
}
