package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Engine;
import dev.statecraft.cli.engine.GenerateRequest;
import dev.statecraft.cli.engine.GenerateRequest.Sampling;
import dev.statecraft.cli.engine.Generation;
import dev.statecraft.cli.engine.TunedModel;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.run.Json;
import dev.statecraft.cli.terminal.Console;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code generate}: text from a causal language model, tuned or not. */
@Command(name = "generate", description = "Continues a text with a causal language model.")
public final class GenerateCommand implements Callable<Integer> {
  private final Console console;
  private final Engine engine;

  @Mixin private ModelChoice model;

  @Option(
      names = {"-p", "--prompt"},
      required = true,
      paramLabel = "TEXT",
      description = "The text to continue.")
  private String prompt;

  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "The most tokens to add (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--greedy",
      description =
          "Always take the most probable token. This is so unless --temperature is given.")
  private boolean greedy;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Choose at random; the higher, the wilder.")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K most probable tokens.")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among the fewest tokens that make up the probability P.")
  private Double topP;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Of the random choice (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "TYPE",
      description = "Type of the weights: float32 or bfloat16 (default: ${DEFAULT-VALUE}).")
  private String dtype;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(names = "--json", description = "Print text and figures as one JSON object.")
  private boolean json;

  private boolean begun;

  public GenerateCommand(Console console, Engine engine) {
    this.console = console;
    this.engine = engine;
  }

  @Override
  public Integer call() throws IOException {
    TunedModel tuned = model.resolve(console);
    GenerateRequest request =
        new GenerateRequest(
            tuned, prompt, maxNewTokens, sampling(), DType.of(dtype), Device.of(device));
    Generation generation = engine.generate(request, this::show);
    show("");
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("prompt", prompt);
      object.put("text", prompt + generation.text());
      object.put("completion", generation.text());
      object.put("prompt_tokens", generation.promptTokens());
      object.put("new_tokens", generation.newTokens());
      object.put("ended", generation.ended());
      object.put("seconds", generation.seconds());
      object.put("tokens_per_second", tokensPerSecond(generation));
      console.out().println(Json.line(object));
    } else {
      console.out().println();
      console
          .err()
          .println(
              Units.count(generation.newTokens())
                  + " tokens, "
                  + Units.count(Math.round(tokensPerSecond(generation)))
                  + " tokens/s"
                  + (generation.ended() ? "" : ", " + generation.ending()));
    }
    return 0;
  }

  /** Shows the text as it grows, the prompt first, but not before the model is there. */
  private void show(String piece) {
    if (!json) {
      console.out().print(begun ? piece : prompt + piece);
      begun = true;
      console.out().flush();
    }
  }

  private static double tokensPerSecond(Generation generation) {
    return generation.seconds() > 0 ? generation.newTokens() / generation.seconds() : 0;
  }

  private Sampling sampling() {
    if (temperature == null) {
      if (topK != null || topP != null) {
        throw new RecipeException(
            "--top-k and --top-p: expected --temperature beside them, found greedy decoding");
      }
      return Sampling.GREEDY;
    }
    if (greedy) {
      throw new RecipeException("expected either --greedy or --temperature, found both");
    }
    return new Sampling(
        temperature,
        topK == null ? OptionalInt.empty() : OptionalInt.of(topK),
        topP == null ? OptionalDouble.empty() : OptionalDouble.of(topP),
        seed);
  }
}
