package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.UsageException;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdviseCommandTest {
  private static final String RECIPE =
      """
      model: builtin:minilm
      method: control
      data: {train: train.csv}
      task: classification
      """;

  @TempDir private Path folder;

  private final FakeEngine engine = new FakeEngine();
  private TestConsole console;

  @BeforeEach
  void writeRecipe() throws IOException {
    Files.writeString(folder.resolve("tickets.yaml"), RECIPE);
  }

  private int advise(String... more) {
    return advise(engine, more);
  }

  private int advise(FakeEngine asked, String... more) {
    console = new TestConsole(folder);
    String[] arguments = new String[3 + more.length];
    arguments[0] = "advise";
    arguments[1] = "-c";
    arguments[2] = "tickets.yaml";
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Statecraft.run(console.console(), asked, arguments);
  }

  private AdviseRequest asked() {
    return (AdviseRequest) engine.asked();
  }

  @Test
  void asksForWhatIsUsual() {
    assertThat(advise()).isZero();
    Recipe recipe = Recipe.load(folder.resolve("tickets.yaml"), List.of(), folder);
    assertThat(asked()).isEqualTo(AdviseRequest.of(recipe));
    assertThat(console.err()).isEqualTo("a note\n");
  }

  @Test
  void optionsAreAskedFor() {
    assertThat(
            advise(
                "--set",
                "method.rank=4",
                "--places",
                "attn, q_proj,attn",
                "--score",
                "uniform",
                "--function",
                "gated",
                "--examples",
                "9",
                "--head-steps",
                "0",
                "--edges",
                "5",
                "--dry"))
        .isZero();
    Recipe recipe = Recipe.load(folder.resolve("tickets.yaml"), List.of("method.rank=4"), folder);
    assertThat(asked())
        .isEqualTo(
            new AdviseRequest(
                recipe,
                List.of("attn", "q_proj"),
                Optional.of(new AdviceBudget.Edges(5)),
                AdviceScore.UNIFORM,
                "gated",
                9,
                0,
                true));
  }

  @Test
  void aBudgetIsOfBytesParametersOrEdges() {
    assertThat(advise("--budget", "24GiB")).isZero();
    assertThat(asked().budget()).contains(new AdviceBudget.Bytes(24L << 30));
    assertThat(advise("--parameters", "100000", "--force")).isZero();
    assertThat(asked().budget()).contains(new AdviceBudget.Parameters(100_000));
    assertThat(advise("--edges", "3", "--force")).isZero();
    assertThat(asked().budget()).contains(new AdviceBudget.Edges(3));
    assertThat(advise("--budget", "none", "--edges", "3", "--force")).isZero();
    assertThat(advise("--parameters", "9", "--edges", "3", "--force")).isEqualTo(2);
    assertThat(console.err()).contains("found --parameters and --edges");
    assertThat(advise("--budget", "much", "--force")).isEqualTo(2);
    assertThat(console.err()).contains("--budget: expected a size such as 24GiB");
  }

  @Test
  void writesAPageJsonAndARecipe() throws IOException {
    assertThat(advise()).isZero();
    Path made = folder.resolve("advice/tickets");
    assertThat(made.resolve("advice.html")).content().contains("Statecraft advice", "--part:1.000");
    JsonNode file = new ObjectMapper().readTree(made.resolve("advice.json").toFile());
    assertThat(file.get("edges")).hasSize(36);
    Recipe written = Recipe.load(made.resolve("recipe.yaml"), List.of(), folder);
    assertThat(written.model()).isEqualTo("builtin:minilm");
    assertThat(advise("-o", "elsewhere", "--json")).isZero();
    assertThat(console.out().lines()).hasSize(1);
    JsonNode printed = new ObjectMapper().readTree(console.out());
    Path elsewhere = folder.resolve("elsewhere");
    assertThat(printed.get("recipe").textValue())
        .isEqualTo(elsewhere.resolve("recipe.yaml").toString());
    assertThat(new ObjectMapper().readTree(elsewhere.resolve("advice.json").toFile()))
        .isEqualTo(printed);
  }

  @Test
  void printsTheRankingAndTheChoice() {
    assertThat(advise("--edges", "5")).isZero();
    String out = console.out();
    assertThat(out.lines())
        .allMatch(line -> line.length() <= 80 || line.contains("advice/tickets"));
    assertThat(out)
        .contains("rank  layer  place", "share", "least λ", "gain", "gradient", "parameters")
        .containsPattern("(?m)^1 \\*  +[0-9]+  +attn")
        .containsPattern("(?m)^24  +[0-9]+  +")
        .doesNotContainPattern("(?m)^25 ")
        .contains("... and 12 more in advice.html")
        .contains("chosen by last for 5 edges: 5 of 36 edges, ", "  attn in layer")
        .containsPattern("(?m)^a training step of the chosen edges +312\\.0 MiB$")
        .containsPattern("(?m)^a training step of the best edge alone +201\\.0 MiB$")
        .containsPattern("(?m)^a training step of all candidates +512\\.0 MiB$")
        .containsPattern("(?m)^advising +238\\.0 MiB +240\\.0 MiB$")
        .contains("advising took 12.5 s on 64 examples, after 30 steps of a fresh head\n")
        .containsPattern("(?m)^gated +6,537 +4\\.0 MiB$")
        .endsWith(
            "written: "
                + folder.resolve("advice/tickets/advice.html")
                + "\ngo on: ./statecraft train -c "
                + folder.resolve("advice/tickets/recipe.yaml")
                + "\n");
    assertThat(out.lines().filter(line -> line.matches("[0-9]+ \\*.*"))).hasSize(5);
  }

  @Test
  void aDryAdviceHasNoScores() throws IOException {
    assertThat(advise("--dry")).isZero();
    assertThat(console.out())
        .contains("rank", "layer", "bytes", "nothing was measured")
        .containsPattern("(?m)^advising +238\\.0 MiB$")
        .doesNotContain("share", "λ", "gradient  ", "0.0000", "0.0 %", "measured\n-", "took");
    JsonNode json =
        new ObjectMapper().readTree(folder.resolve("advice/tickets/advice.json").toFile());
    assertThat(json.at("/edges/0").has("gain")).isFalse();
    assertThat(json.at("/edges/0/bytes").longValue()).isPositive();
  }

  @Test
  void anAdviceIsNotReplacedUnlessForced() {
    assertThat(advise()).isZero();
    FakeEngine never = new FakeEngine(new IllegalStateException("nothing is to be advised"));
    assertThat(advise(never)).isEqualTo(2);
    assertThat(console.err()).contains("found one in", "--force");
    assertThat(advise("--force")).isZero();
  }

  @Test
  void whatTheEngineRefusesIsTold() {
    assertThat(advise(new FakeEngine(new UsageException("budget: expected 2 GiB or more"))))
        .isEqualTo(2);
    assertThat(console.err()).isEqualTo("statecraft: budget: expected 2 GiB or more\n");
    assertThat(console.out()).isEmpty();
  }
}
