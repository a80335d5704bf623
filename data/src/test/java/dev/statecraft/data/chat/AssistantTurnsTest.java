package dev.statecraft.data.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.Segment;
import dev.statecraft.jinja.Template;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssistantTurnsTest {
  static ChatTemplate template(String name) throws IOException {
    try (InputStream in =
        AssistantTurnsTest.class.getResourceAsStream("/chat/" + name + ".jinja")) {
      return ofSource(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static ChatTemplate ofSource(String source) {
    return ChatTemplate.of(
        Template.parse("chat", source), Map.of("bos_token", "<s>", "eos_token", "</s>"));
  }

  /** Turns as {@code u:text}, {@code a:text} and {@code s:text}. */
  static Conversation conversation(String... turns) {
    List<ChatMessage> messages = new ArrayList<>();
    for (String turn : turns) {
      String text = turn.substring(2);
      messages.add(
          switch (turn.charAt(0)) {
            case 'u' -> ChatMessage.user(text);
            case 'a' -> ChatMessage.assistant(text);
            default -> ChatMessage.system(text);
          });
    }
    return Conversation.of(messages);
  }

  /** Segments as text, the learned ones in braces. */
  private static String shown(List<Segment> segments) {
    return segments.stream()
        .map(segment -> segment.learned() ? "{" + segment.text() + "}" : segment.text())
        .collect(Collectors.joining());
  }

  private static String shown(ChatTemplate template, Conversation conversation) {
    return shown(new AssistantTurns(template).segments(conversation));
  }

  @ParameterizedTest
  @ValueSource(strings = {"marked", "unmarked"})
  void whatTheModelWritesIsLearned(String name) throws IOException {
    assertThat(
            shown(template(name), conversation("s:be", "u:hi", "a: yes\n", "u:x", "a:no", "u:y")))
        .isEqualTo(
            """
            <s><|im_start|>system
            be<|im_end|>
            <|im_start|>user
            hi<|im_end|>
            <|im_start|>assistant
            {yes<|im_end|>}
            <|im_start|>user
            x<|im_end|>
            <|im_start|>assistant
            {no<|im_end|>}\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"marked", "unmarked"})
  void aTurnThatIsNotToBeLearnedIsNot(String name) throws IOException {
    String shown =
        shown(
            template(name),
            unlearned(conversation("u:a", "a:b", "u:c", "a:d", "u:e", "a:f"), 1, 5));
    assertThat(shown)
        .isEqualTo(
            """
            <s><|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            b<|im_end|>
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            {d<|im_end|>}\
            """);
    assertThat(shown(template(name), unlearned(conversation("u:a", "a:b"), 1))).doesNotContain("{");
  }

  @Test
  void marksOfPartsOfTurnsAreThoseOfTheLearnedTurnsAlone() {
    ChatTemplate parts =
        ofSource(
            "{% for m in messages %}{% if m.role == 'assistant' %}a:{% generation %}"
                + "{{ m.content }}{% endgeneration %};{% generation %}.{% endgeneration %}\n"
                + "{% else %}u:{{ m.content }}\n{% endif %}{% endfor %}"
                + "{% if add_generation_prompt %}a:{% endif %}");
    assertThat(shown(parts, unlearned(conversation("u:x", "a:y", "u:z", "a:v"), 1)))
        .isEqualTo("u:x\na:y;.u:z\na:{v};{.}");
  }

  private static Conversation unlearned(Conversation conversation, int... turns) {
    List<ChatMessage> messages = new ArrayList<>(conversation.messages());
    for (int turn : turns) {
      ChatMessage message = messages.get(turn);
      messages.set(
          turn, new ChatMessage(message.role(), message.content(), message.fields(), false));
    }
    return Conversation.of(messages);
  }

  @Test
  void anEmptyReplyIsItsMarker() throws IOException {
    assertThat(shown(template("unmarked"), conversation("u:hi", "a:")))
        .endsWith("assistant\n{<|im_end|>}");
  }

  @Test
  void aContentThatLooksLikeThePromptIsLearnedWhole() throws IOException {
    assertThat(
            shown(template("unmarked"), conversation("u:a", "a:<|im_start|>assistant\nb", "u:a")))
        .endsWith("assistant\n{<|im_start|>assistant\nb<|im_end|>}");
  }

  @Test
  void aTurnThatIsWrittenInAnotherWayLaterIsFoundByItsContent() throws IOException {
    Conversation conversation =
        conversation("u:q", "a:<think>t</think>x", "u:r", "a:<think>u</think>y");
    assertThat(shown(template("thinking"), conversation))
        .isEqualTo(
            """
            <|im_start|>user
            q<|im_end|>
            <|im_start|>assistant
            {x<|im_end|>}
            <|im_start|>user
            r<|im_end|>
            <|im_start|>assistant
            <think>{u</think>y<|im_end|>}\
            """);
  }

  @Test
  void aPromptThatIsWrittenInAnotherWayLaterIsNotLearned() throws IOException {
    assertThat(shown(template("system_last"), conversation("s:S", "u:a", "a:b", "u:c", "a:d")))
        .isEqualTo("[Q] a [/Q]{ b</s>}[Q] c [/Q]{ d</s>}");
  }

  @Test
  void aTemplateWithoutAMarkerLearnsTheLineBreak() throws IOException {
    assertThat(shown(template("bare"), conversation("u:a", "a:b", "u:c", "a:d")))
        .isEqualTo("user: a\nassistant: {b\n}user: c\nassistant: {d\n}");
  }

  @Test
  void aFirstTurnOfTheAssistantIsFound() throws IOException {
    assertThat(shown(template("unmarked"), conversation("a:b", "u:c", "a:d")))
        .isEqualTo(
            """
            <s><|im_start|>assistant
            {b<|im_end|>}
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            {d<|im_end|>}\
            """);
  }

  @Test
  void withoutAReplyNothingIsLearned() throws IOException {
    assertThat(new AssistantTurns(template("unmarked")).segments(conversation("u:a")))
        .containsExactly(Segment.prompt("<s><|im_start|>user\na<|im_end|>\n"));
  }

  @Test
  void aTurnThatCannotBeFoundIsAnError() {
    ChatTemplate reversed =
        ofSource("{% for m in messages | reverse %}<{{ m.content | length }}>{% endfor %}");
    AssistantTurns turns = new AssistantTurns(reversed);
    assertThatThrownBy(() -> turns.segments(conversation("u:a", "a:bb", "u:c", "a:ddd")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "chat: cannot tell which part of the text is turn 2, the assistant's; the template"
                + " would have to mark it with {% generation %}");
  }

  @Test
  void aConversationThatTheTemplateRefusesIsAnError() throws IOException {
    AssistantTurns turns = new AssistantTurns(template("system_last"));
    assertThatThrownBy(() -> turns.segments(conversation("u:a", "s:b", "a:c")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("chat line 12: no system after the first turn");
  }
}
