package dev.statecraft.data.chat;

import static dev.statecraft.data.chat.AssistantTurnsTest.conversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.data.Segment;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateFormatTest {
  private static final int BOS = 1;
  private static final int EOS = 2;
  private static final int IM_END = 4;
  private static final SpecialTokens SPECIAL =
      new SpecialTokens(OptionalInt.of(BOS), OptionalInt.of(EOS), Set.of(EOS));

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    tokenizer = ChatTokenizer.open();
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private TemplateFormat format(String name) throws IOException {
    return new TemplateFormat(AssistantTurnsTest.template(name), tokenizer, SPECIAL);
  }

  private LabelledTokens encoded(ChatFormat format, Conversation conversation) {
    return format.encoder().encode(format.render(conversation));
  }

  /** The text of the tokens that are learned. */
  private String learned(LabelledTokens tokens) {
    return tokenizer.decode(
        Arrays.stream(tokens.labels()).filter(id -> id != LabelledTokens.IGNORED).toArray(), false);
  }

  @Test
  void idsAndLabelsAreThoseOfTransformers() throws IOException {
    JsonNode references;
    try (InputStream in = TemplateFormatTest.class.getResourceAsStream("/chat/masks.json")) {
      references = new ObjectMapper().readTree(in);
    }
    for (JsonNode reference : references) {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode turn : reference.get("messages")) {
        messages.add(new ChatMessage(turn.get("role").asText(), turn.get("content").asText()));
      }
      LabelledTokens tokens = encoded(format("marked"), Conversation.of(messages));
      int[] ids = new ObjectMapper().convertValue(reference.get("input_ids"), int[].class);
      int[] mask = new ObjectMapper().convertValue(reference.get("assistant_masks"), int[].class);
      // What follows the last reply is left out.
      assertThat(tokens.ids()).isEqualTo(Arrays.copyOf(ids, tokens.length()));
      for (int t = 0; t < ids.length; t++) {
        boolean learned = t < tokens.length() && tokens.labels()[t] != LabelledTokens.IGNORED;
        assertThat(learned).as("%s, token %d", messages, t).isEqualTo(mask[t] == 1);
      }
    }
    assertThat(references).hasSizeGreaterThan(3);
  }

  @Test
  void thereIsOneBosAndTheMarkerIsLearnedInPlaceOfEos() throws IOException {
    LabelledTokens tokens = encoded(format("unmarked"), conversation("u:ab", "a:ba", "u:x", "a:b"));
    assertThat(tokens.ids()).startsWith(BOS).doesNotContain(EOS);
    assertThat(Arrays.stream(tokens.ids()).filter(id -> id == BOS).count()).isEqualTo(1);
    assertThat(learned(tokens)).isEqualTo("ba<|im_end|>b<|im_end|>");
    assertThat(tokens.labels()[tokens.length() - 1]).isEqualTo(IM_END);
  }

  @Test
  void eosOfTheTemplateIsNotDoubled() throws IOException {
    LabelledTokens tokens = encoded(format("system_last"), conversation("u:a", "a:b"));
    assertThat(learned(tokens)).isEqualTo(" b</s>");
  }

  @Test
  void eosIsAddedWhereTurnsHaveNoMarker() throws IOException {
    LabelledTokens tokens = encoded(format("bare"), conversation("u:a", "a:b", "u:a", "a:b"));
    assertThat(learned(tokens)).isEqualTo("b\nb\n</s>");
  }

  @Test
  void charactersOfSeveralTokensAreLearnedWhole() throws IOException {
    LabelledTokens tokens =
        encoded(
            format("unmarked"),
            conversation("u:\uD83D\uDE42 \u00e9", "a:\u4f60\uD83D\uDE42", "u:a", "a:\u00e9"));
    assertThat(learned(tokens)).isEqualTo("\u4f60\uD83D\uDE42<|im_end|>\u00e9<|im_end|>");
  }

  @Test
  void thePromptIsWhatTrainingHasBeforeTheReply() throws IOException {
    for (String name : List.of("marked", "unmarked", "bare")) {
      ChatFormat format = format(name);
      LabelledTokens tokens = encoded(format, conversation("s:ab", "u:a", "a:b"));
      int first = 0;
      while (tokens.labels()[first] == LabelledTokens.IGNORED) {
        first++;
      }
      assertThat(format.prompt(conversation("s:ab", "u:a")))
          .as(name)
          .isEqualTo(Arrays.copyOf(tokens.ids(), first));
    }
  }

  @Test
  void theMarkerEndsAReply() throws IOException {
    assertThat(format("unmarked").endIds()).containsExactlyInAnyOrder(EOS, IM_END);
    assertThat(format("bare").endIds()).containsExactly(EOS);
  }

  private ChatFormat read() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), ChatTokenizer.json());
    tokenizer.close();
    tokenizer = Tokenizer.ofFolder(folder);
    return ChatFormat.of(folder, tokenizer, SPECIAL);
  }

  private String text(ChatFormat format, String... turns) {
    StringBuilder text = new StringBuilder();
    format.render(conversation(turns)).stream().map(Segment::text).forEach(text::append);
    return text.toString();
  }

  @Test
  void aTemplateIsFoundInTheModelsFolder() throws IOException {
    Path config = folder.resolve("tokenizer_config.json");
    assertThat(text(read(), "u:a", "a:b")).isEqualTo("<|user|>\na\n<|assistant|>\nb\n");

    Files.writeString(
        config,
        "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"chat_template\": \"{{"
            + " bos_token }}{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}\"}");
    assertThat(text(read(), "u:a", "a:b")).isEqualTo("<s>a</s>b</s>");

    Files.writeString(
        config,
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"no\"}, {\"name\":"
            + " \"default\", \"template\": \"{% for m in messages %}[{{ m.content }}]{% endfor"
            + " %}\"}]}");
    assertThat(text(read(), "u:a", "a:b")).isEqualTo("[a][b]");

    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.content }}>{% endfor %}\n");
    assertThat(text(read(), "u:a", "a:b")).isEqualTo("<a><b>");
  }

  @Test
  void filesOfTemplatesReplaceThoseOfTheSettings() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"old\"}, {\"name\":"
            + " \"tool_use\", \"template\": \"old\"}]}");
    Path others = Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(
        others.resolve("tool_use.jinja"), "{% for m in messages %}({{ m.content }}){% endfor %}");
    assertThatThrownBy(() -> text(read(), "u:a", "a:b"))
        .hasMessageContaining("expected a template named 'default', found [tool_use]");
    List<ChatMessage> messages = conversation("u:a", "a:b").messages();
    Conversation withTools = new Conversation(messages, List.of(java.util.Map.of("name", "f")));
    assertThat(read().render(withTools))
        .containsExactly(Segment.prompt("(a)"), Segment.completion("(b)"));
    Files.writeString(
        folder.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.content }}>{% endfor %}");
    assertThat(text(read(), "u:a", "a:b")).isEqualTo("<a><b>");
    assertThat(read().render(withTools))
        .containsExactly(Segment.prompt("(a)"), Segment.completion("(b)"));
  }

  @Test
  void aConversationWithToolsTakesTheirTemplate() throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"no\"}, {\"name\":"
            + " \"tool_use\", \"template\": \"{{ tools | tojson }}{% for m in messages %}"
            + "[{{ m.content }}]{% endfor %}\"}]}");
    List<ChatMessage> messages = conversation("u:a", "a:b").messages();
    List<Segment> segments =
        read().render(new Conversation(messages, List.of(java.util.Map.of("name", "f"))));
    assertThat(segments)
        .containsExactly(Segment.prompt("[{\"name\": \"f\"}][a]"), Segment.completion("[b]"));
  }

  @Test
  void badFilesAreErrors() throws IOException {
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"chat_template\": 5}");
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(
            "chat_template: expected a text or a list of named ones, found NUMBER");
    Files.writeString(config, "{\"chat_template\": [{\"name\": \"default\"}]}");
    assertThatThrownBy(this::read)
        .hasMessageEndingWith("expected entries of a name and a template, found one without");
    Files.writeString(config, "{\"chat_template\": \"a\\n{% if %}\"}");
    assertThatThrownBy(this::read)
        .hasMessage(config + " chat_template line 2: expected a value, found '%}'");
    Files.writeString(config, "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"\"}]}");
    ChatFormat format = read();
    assertThatThrownBy(() -> format.render(conversation("u:a", "a:b")))
        .hasMessageEndingWith("expected a template named 'default', found [rag]");
  }
}
