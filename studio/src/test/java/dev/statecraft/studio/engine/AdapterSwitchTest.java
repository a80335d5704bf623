package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An open model answers with one adapter after another as models that each have one alone. */
@Timeout(120)
final class AdapterSwitchTest {
  private static final String PROMPT = "w5 w9";
  private static final GenerateRequest.Sampling RANDOM =
      new GenerateRequest.Sampling(1, OptionalInt.empty(), OptionalDouble.empty(), 3);

  /** A template: {@code w41}, a turn's content, {@code w40}. */
  private static final String TEMPLATE =
      "{% for m in messages %}w41 {{ m.content }} w40 {% endfor %}"
          + "{% if add_generation_prompt %}w41 {% endif %}";

  @TempDir private Path folder;
  private final Engine engine = new ModelEngine();

  private Path llama() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
    TinyFolder.lora(folder.resolve("lora"), model);
    TinyFolder.paper(folder.resolve("paper"));
    return model;
  }

  private TunedModel tuned(Optional<Path> adapter, Quantization quantization) {
    return new TunedModel(folder.resolve("model").toString(), adapter, quantization);
  }

  private OpenModel language() throws IOException {
    OpenModel open =
        engine.open(tuned(Optional.empty(), Quantization.NONE), DType.FLOAT32, Device.CPU);
    open.load("lora", folder.resolve("lora"));
    open.load("paper", folder.resolve("paper"));
    return open;
  }

  private String alone(TunedModel model) throws IOException {
    return engine
        .generate(
            new GenerateRequest(model, PROMPT, 8, RANDOM, DType.FLOAT32, Device.CPU), piece -> {})
        .text();
  }

  private static String text(OpenModel open) throws IOException {
    return open.generate(PROMPT, 8, RANDOM, piece -> {}).text();
  }

  @Test
  void textsAreThoseOfEachAlone() throws IOException {
    llama();
    for (Quantization format : List.of(Quantization.NONE, Quantization.INT8)) {
      Map<String, String> expected = new LinkedHashMap<>();
      expected.put(OpenModel.NONE, alone(tuned(Optional.empty(), format)));
      expected.put("paper", alone(tuned(Optional.of(folder.resolve("paper")), format)));
      expected.put("lora", alone(tuned(Optional.of(folder.resolve("lora")), format)));
      assertThat(expected.values()).doesNotHaveDuplicates();
      TunedModel first = tuned(Optional.of(folder.resolve("paper")), format);
      try (OpenModel open = engine.open(first, DType.FLOAT32, Device.CPU)) {
        assertThat(open.used()).isEqualTo("paper");
        open.load("lora", folder.resolve("lora"));
        assertThat(open.adapters()).containsExactly(OpenModel.NONE, "paper", "lora");
        assertThat(text(open)).as("still").isEqualTo(expected.get("paper"));
        for (String name : List.of("lora", "paper", OpenModel.NONE, "lora", OpenModel.NONE)) {
          open.use(name);
          assertThat(text(open)).as(name).isEqualTo(expected.get(name));
        }
        open.unload("lora");
        open.unload("paper");
        assertThat(open.adapters()).containsExactly(OpenModel.NONE);
        assertThat(text(open)).isEqualTo(expected.get(OpenModel.NONE));
      }
    }
  }

  private static String reply(ChatSession session, List<ChatMessage> messages) {
    return session.reply(messages, piece -> {}, () -> false).text();
  }

  /** Keys and values of one adapter would be wrong for another. */
  @Test
  void aConversationThatIsSwitchedIsSeenAnew() throws IOException {
    llama();
    List<ChatMessage> messages =
        List.of(
            ChatMessage.user("w5 w8"), ChatMessage.assistant("w7"), ChatMessage.user("w30 w12"));
    Map<String, String> expected = new LinkedHashMap<>();
    try (OpenModel open = language()) {
      for (String name : open.adapters()) {
        open.use(name);
        open.chat(6, RANDOM, session -> expected.put(name, reply(session, messages)));
      }
      assertThat(expected.values()).doesNotHaveDuplicates();
      open.use("lora");
      open.chat(
          6,
          RANDOM,
          session -> {
            assertThat(session.adapters()).containsExactly(OpenModel.NONE, "lora", "paper");
            for (String name : List.of("lora", "paper", OpenModel.NONE, "paper", "lora")) {
              session.use(name);
              assertThat(session.adapter()).isEqualTo(name);
              assertThat(reply(session, messages)).as(name).isEqualTo(expected.get(name));
            }
          });
      assertThat(open.used()).isEqualTo("lora");
    }
  }

  @Test
  void aConversationStaysWithItsAdapter() throws IOException {
    llama();
    List<ChatMessage> messages = List.of(ChatMessage.user("w5 w8"));
    List<String> replies = new ArrayList<>();
    try (OpenModel open = language()) {
      open.use("paper");
      open.chat(6, RANDOM, session -> replies.add(reply(session, messages)));
      open.chat(
          6,
          RANDOM,
          session -> {
            open.use("lora");
            assertThat(session.adapter()).isEqualTo("paper");
            replies.add(reply(session, messages));
            assertThatThrownBy(() -> open.unload("paper"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the adapter 'paper' is in use");
            assertThatThrownBy(() -> session.use("papier"))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                    "adapter: expected one of [none, lora, paper], found 'papier'; did you mean"
                        + " 'paper'?");
            assertThat(session.adapter()).isEqualTo("paper");
          });
      open.unload("paper");
      assertThat(replies.get(1)).isEqualTo(replies.get(0));
    }
  }

  @Test
  void namesAreOfOneEach() throws IOException {
    llama();
    try (OpenModel open = language()) {
      assertThatThrownBy(() -> open.load("lora", folder.resolve("paper")))
          .isInstanceOf(UsageException.class)
          .hasMessage(
              "adapter: expected names that differ, found 'lora' twice; call one otherwise");
      assertThatThrownBy(() -> open.load("none", folder.resolve("paper")))
          .isInstanceOf(UsageException.class)
          .hasMessageStartingWith("adapter: expected a name other than 'none'");
      assertThatThrownBy(() -> open.use("other")).isInstanceOf(UsageException.class);
      assertThatThrownBy(() -> open.unload("none")).isInstanceOf(UsageException.class);
      open.use("lora");
      assertThatThrownBy(() -> open.unload("lora")).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> open.load("nothing", folder.resolve("nothing")))
          .isInstanceOf(InvalidInputException.class);
      assertThat(open.adapters()).containsExactly("none", "lora", "paper");
      open.unload("paper");
      open.load("paper", folder.resolve("paper"));
    }
  }

  /** By the session's own counters. */
  @Test
  void aThousandAdaptersLeaveNothing() throws IOException {
    llama();
    List<Path> paths = List.of(folder.resolve("lora"), folder.resolve("paper"));
    try (Torch torch = Torch.cpu();
        PretrainedModel model = PretrainedModel.open(folder.resolve("model"))) {
      WritingKind kind = new WritingKind(model, PromptForm.AS_IS);
      try (OpenAdapters adapters =
          new OpenAdapters(
              model.name(),
              model,
              UserFunctions.NONE,
              kind,
              torch,
              DType.FLOAT32,
              Quantization.NONE)) {
        adapters.answerUntuned();
        adapters.use(OpenModel.NONE);
        final long tensors = torch.liveTensors();
        final long bytes = torch.liveBytes();
        for (int i = 0; i < 1000; i++) {
          adapters.load(new NamedAdapter("a", paths.get(i % 2)), Optional.empty());
          adapters.use("a");
          adapters.answer(
              answering ->
                  answering
                      .language()
                      .generate(PROMPT, PromptForm.AS_IS, 1, RANDOM, piece -> {}, () -> false));
          adapters.use(OpenModel.NONE);
          adapters.unload("a");
          assertThat(torch.liveTensors()).isEqualTo(tensors);
          assertThat(torch.liveBytes()).isEqualTo(bytes);
        }
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  private SmallRuns runs() {
    return new SmallRuns(engine, folder);
  }

  /** Runs of other methods and other labels over one encoder. */
  @Test
  void everyRunHasItsOwnLabels() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    Map<String, String> methods = new LinkedHashMap<>();
    methods.put("lora", "w4,bill\nw9,crash\nw7 w8,praise\n");
    methods.put("dora", "w4,yes\nw9,no\n");
    for (String method : List.of("ia3", "bitfit", "vera", "control", "routed", "probe", "full")) {
      methods.put(method, "w4,one\nw9,two\nw6,three\nw11,four\n");
    }
    for (Map.Entry<String, String> method : methods.entrySet()) {
      runs().train(runs().classification(method.getValue(), method.getKey(), method.getKey()));
    }
    runs()
        .train(
            runs()
                .classification("w4,p\nw9,q\n", "pissa", "lora")
                .set("method", Map.of("name", "lora", "init", "pissa", "rank", 2)));
    methods.put("pissa", "");
    List<TextInput> texts = List.of(new TextInput("w4 w9"), new TextInput("w30 w8 w9"));
    Map<String, List<Classification>> expected = new LinkedHashMap<>();
    for (String run : methods.keySet()) {
      RunDirectory directory = RunDirectory.open(folder.resolve(run));
      Recipe recipe = directory.recipe();
      expected.put(
          run,
          engine.classify(
              recipe,
              new TunedModel(recipe.model(), Optional.of(directory.adapter()), recipe.quantize()),
              texts));
    }
    assertThat(expected.values()).doesNotHaveDuplicates();
    try (OpenModel open = engine.open(folder.resolve("lora"))) {
      for (String run : methods.keySet()) {
        if (!run.equals("lora")) {
          open.load(run, folder.resolve(run));
        }
      }
      assertThat(open.adapters()).containsExactlyElementsOf(methods.keySet());
      for (int i = 0; i < 2; i++) {
        for (String run : methods.keySet()) {
          open.use(run);
          assertThat(open.classify(texts, line -> {})).as(run).isEqualTo(expected.get(run));
        }
      }
      copy(folder.resolve("dora/adapter"), folder.resolve("taken"));
      open.load("taken", folder.resolve("taken"));
      open.use("taken");
      assertThat(open.classify(texts, line -> {}))
          .as("labels in the adapter's file")
          .isEqualTo(expected.get("dora"));
      assertThatThrownBy(() -> open.use(OpenModel.NONE)).isInstanceOf(UsageException.class);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @Test
  void anAdapterOfAnotherShapeIsRefused() throws IOException {
    llama();
    try (OpenModel open = language()) {
      Files.writeString(
          folder.resolve("lora/adapter_config.json"),
          Files.readString(folder.resolve("lora/adapter_config.json"))
              .replace("\"r\": 2", "\"r\": 3"));
      assertThatThrownBy(() -> open.load("misshaped", folder.resolve("lora")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("the tensors do not fit the model: of another shape or type");
      assertThat(open.adapters()).containsExactly("none", "lora", "paper");
    }
  }
}
