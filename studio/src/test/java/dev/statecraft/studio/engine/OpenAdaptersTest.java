package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.OwnThread;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What answers is not freed under an answer, and what is freed is not asked. */
@Timeout(120)
final class OpenAdaptersTest {
  private static final String PROMPT = "w5 w9";
  private static final GenerateRequest.Sampling RANDOM =
      new GenerateRequest.Sampling(1, OptionalInt.empty(), OptionalDouble.empty(), 3);

  @TempDir private Path folder;

  private Path llama() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}w41 {{ m.content }} w40 {% endfor %}");
    TinyFolder.lora(folder.resolve("lora"), model);
    TinyFolder.paper(folder.resolve("paper"));
    return model;
  }

  private OpenModel language() throws IOException {
    TunedModel untuned =
        new TunedModel(folder.resolve("model").toString(), Optional.empty(), Quantization.NONE);
    OpenModel open = new ModelEngine().open(untuned, DType.FLOAT32, Device.CPU);
    open.load("lora", folder.resolve("lora"));
    open.load("paper", folder.resolve("paper"));
    return open;
  }

  private static String text(OpenModel open) throws IOException {
    return open.generate(PROMPT, 8, RANDOM, piece -> {}).text();
  }

  private static String reply(ChatSession session, List<ChatMessage> messages) {
    return session.reply(messages, piece -> {}, () -> false).text();
  }

  /** What is told of an answer as it comes may ask for others, but not free what answers. */
  @Test
  void anAnswerKeepsItsAdapter() throws IOException {
    llama();
    List<String> pieces = new ArrayList<>();
    try (OpenModel open = language()) {
      open.use("lora");
      final String expected = text(open);
      String found =
          open.generate(
                  PROMPT,
                  8,
                  RANDOM,
                  piece -> {
                    pieces.add(piece);
                    if (pieces.size() == 1) {
                      told(() -> open.use(OpenModel.NONE));
                      assertThatThrownBy(() -> open.unload("lora"))
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessage("the adapter 'lora' is in use");
                      assertThatThrownBy(open::close)
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessage("expected to be closed after its answer, not within it");
                    }
                  })
              .text();
      assertThat(found).isEqualTo(expected);
      assertThat(open.used()).isEqualTo(OpenModel.NONE);
      open.unload("lora");
    }
    assertThat(pieces).isNotEmpty();
  }

  /** A reply keeps its keys and values. */
  @Test
  void aReplyKeepsItsAdapter() throws IOException {
    llama();
    List<ChatMessage> messages = List.of(ChatMessage.user("w5 w8"));
    List<String> pieces = new ArrayList<>();
    try (OpenModel open = language()) {
      open.use("lora");
      open.chat(
          6,
          GenerateRequest.Sampling.GREEDY,
          session -> {
            String expected = reply(session, messages);
            String found =
                session
                    .reply(
                        messages,
                        piece -> {
                          pieces.add(piece);
                          assertThatThrownBy(() -> session.use("paper"))
                              .isInstanceOf(IllegalStateException.class)
                              .hasMessage("the conversation has a reply under way");
                        },
                        () -> false)
                    .text();
            assertThat(found).isEqualTo(expected);
            assertThat(session.adapter()).isEqualTo("lora");
          });
    }
    assertThat(pieces).isNotEmpty();
  }

  private static void told(Asked asked) {
    try {
      asked.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FunctionalInterface
  private interface Asked {
    void run() throws IOException;
  }

  private Talk endedWithItsModel(OwnThread thread, List<ChatMessage> messages) throws IOException {
    try (Torch torch = Torch.cpu();
        PretrainedModel model = PretrainedModel.open(folder.resolve("model"))) {
      OpenAdapters adapters = adapters(model, torch);
      adapters.answerUntuned();
      adapters.load(new NamedAdapter("lora", folder.resolve("lora")), Optional.empty());
      adapters.use("lora");
      new Talk(thread, adapters, 6, RANDOM).close();
      Talk talk = new Talk(thread, adapters, 6, RANDOM);
      reply(talk, messages);
      adapters.close();
      assertThat(torch.liveTensors()).isZero();
      assertThatThrownBy(() -> reply(talk, messages))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the conversation has ended");
      assertThatThrownBy(talk::format).isInstanceOf(IllegalStateException.class);
      talk.close();
      return talk;
    }
  }

  /** Conversations end with the model, and leave nothing. */
  @Test
  void aConversationEndsWithItsModel() throws IOException {
    llama();
    List<ChatMessage> messages = List.of(ChatMessage.user("w5 w8"));
    OwnThread thread = new OwnThread("test");
    Talk ended = thread.call(() -> endedWithItsModel(thread, messages));
    thread.close();
    ended.close();
    OpenModel open = language();
    open.chat(
        6,
        RANDOM,
        session -> {
          reply(session, messages);
          open.close();
          assertThatThrownBy(() -> reply(session, messages))
              .isInstanceOf(IllegalStateException.class);
        });
  }

  /** Questions that wait while it is closed are not asked of what is freed. */
  @Test
  void nothingIsAskedOfAClosedModel() throws IOException {
    llama();
    try (Torch torch = Torch.cpu();
        PretrainedModel model = PretrainedModel.open(folder.resolve("model"))) {
      OpenAdapters adapters = adapters(model, torch);
      adapters.load(new NamedAdapter("lora", folder.resolve("lora")), Optional.empty());
      adapters.use("lora");
      adapters.close();
      adapters.close();
      NamedAdapter paper = new NamedAdapter("paper", folder.resolve("paper"));
      List<ThrowingCallable> questions =
          List.of(
              adapters::names,
              adapters::used,
              () -> adapters.answer(answering -> answering),
              () -> adapters.use("lora"),
              () -> adapters.enter("lora"),
              () -> adapters.unload("lora"),
              () -> adapters.load(paper, Optional.empty()));
      for (ThrowingCallable question : questions) {
        assertThatThrownBy(question)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the model is closed");
      }
      assertThat(torch.liveTensors()).isZero();
    }
  }

  private OpenAdapters adapters(PretrainedModel model, Torch torch) {
    return new OpenAdapters(
        model.name(),
        model,
        UserFunctions.NONE,
        new WritingKind(model, PromptForm.AS_IS),
        torch,
        DType.FLOAT32,
        Quantization.NONE);
  }
}
