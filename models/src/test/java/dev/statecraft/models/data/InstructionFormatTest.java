package dev.statecraft.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.models.InvalidInputException;
import org.junit.jupiter.api.Test;

class InstructionFormatTest {
  @Test
  void alpacaWithoutInput() {
    Row row = Rows.row("{'instruction': 'Add.', 'input': '', 'output': '4', 'answer': 'x'}");
    String prompt =
        """
        Below is an instruction that describes a task. Write a response that appropriately \
        completes the request.

        ### Instruction:
        Add.

        ### Response:
        """;
    assertThat(InstructionFormat.ALPACA.segments(row))
        .containsExactly(Segment.prompt(prompt), Segment.completion("4"));
    assertThat(InstructionFormat.ALPACA.segments(Rows.row("{'instruction':'Add.','output':'4'}")))
        .isEqualTo(InstructionFormat.ALPACA.segments(row));
  }

  @Test
  void alpacaWithInput() {
    Row row = Rows.row("{'instruction': 'Add.', 'input': '2 and 2', 'output': '4'}");
    String prompt =
        """
        Below is an instruction that describes a task, paired with an input that provides further \
        context. Write a response that appropriately completes the request.

        ### Instruction:
        Add.

        ### Input:
        2 and 2

        ### Response:
        """;
    assertThat(InstructionFormat.ALPACA.segments(row))
        .containsExactly(Segment.prompt(prompt), Segment.completion("4"));
  }

  @Test
  void promptAndCompletionAndText() {
    assertThat(
            InstructionFormat.PROMPT_COMPLETION.segments(
                Rows.row("{'prompt': 'a ', 'completion': 'b'}")))
        .containsExactly(Segment.prompt("a "), Segment.completion("b"));
    assertThat(InstructionFormat.TEXT.segments(Rows.row("{'text': 'all'}")))
        .containsExactly(Segment.completion("all"));
  }

  @Test
  void onlyAssistantTurnsAreLearned() {
    Row row =
        Rows.row(
            "{'messages': [{'role': 'system', 'content': 'Be brief.'},"
                + "{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello'},"
                + "{'role': 'user', 'content': 'Bye'}, {'role': 'assistant', 'content': 'Ciao'},"
                + "{'role': 'user', 'content': 'left out'}]}");
    assertThat(InstructionFormat.MESSAGES.segments(row))
        .containsExactly(
            Segment.prompt("<|system|>\nBe brief.\n<|user|>\nHi\n<|assistant|>\n"),
            Segment.completion("Hello\n"),
            Segment.prompt("<|user|>\nBye\n<|assistant|>\n"),
            Segment.completion("Ciao\n"));
  }

  @Test
  void aConversationWithoutTheAssistantHasNothingToLearn() {
    Row row = Rows.row("{'messages': [{'role': 'user', 'content': 'Hi'}]}");
    assertThat(InstructionFormat.MESSAGES.segments(row))
        .containsExactly(Segment.prompt("<|user|>\nHi\n"));
  }

  @Test
  void anotherChatRendererCanBeUsed() {
    Row row = Rows.row("{'messages': [{'role': 'assistant', 'content': 'Hello'}]}");
    assertThat(
            InstructionFormat.MESSAGES.segments(
                row,
                chat ->
                    chat.messages().stream().map(t -> Segment.completion(t.content())).toList()))
        .containsExactly(Segment.completion("Hello"));
  }

  @Test
  void shareGptRowsAreConversations() {
    Row row =
        Rows.row(
            "{'conversations': [{'from': 'system', 'value': 'S'}, {'from': 'human', 'value': 'Hi'},"
                + " {'from': 'gpt', 'value': 'Hello'}]}");
    assertThat(InstructionFormat.detect(row)).isEqualTo(InstructionFormat.SHAREGPT);
    assertThat(InstructionFormat.SHAREGPT.segments(row))
        .containsExactly(
            Segment.prompt("<|system|>\nS\n<|user|>\nHi\n<|assistant|>\n"),
            Segment.completion("Hello\n"));
    assertThatThrownBy(
            () ->
                InstructionFormat.SHAREGPT.segments(
                    Rows.row("{'conversations': [{'from': 'nobody', 'value': 'x'}]}")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("conversations[0].from should be one of")
        .hasMessageEndingWith("found 'nobody'");
  }

  @Test
  void aChatRendererSeesToolsPartsAndOtherFields() {
    Row row =
        Rows.row(
            "{'tools': '[{\\\"name\\\": \\\"f\\\"}]', 'messages': [{'role': 'user', 'content':"
                + " [{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}]}, {'role':"
                + " 'assistant', 'content': null, 'tool_calls': [{'id': 1}]}]}");
    Conversation conversation = Conversation.of(row, "messages");
    assertThat(conversation.tools()).containsExactly(java.util.Map.of("name", "f"));
    assertThat(conversation.messages()).extracting(ChatMessage::content).containsExactly("ab", "");
    assertThat(conversation.messages().get(1).fields()).containsKey("tool_calls");
    Row bad = Rows.row("{'tools': 5, 'messages': [{'role': 'user', 'content': 'a'}]}");
    assertThatThrownBy(() -> Conversation.of(bad, "messages"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith("column 'tools' should be a list, found number");
  }

  @Test
  void badMessagesAreErrors() {
    assertMessagesRejected("{'messages': 'x'}", "found string");
    assertMessagesRejected("{'messages': []}", "found an empty list");
    assertMessagesRejected(
        "{'messages': [{'role': 'user', 'content': 'a'}, {'role': 'bot', 'content': 'b'}]}",
        "messages[1].role should be one of [assistant, developer, function, system, tool, user], found 'bot'");
    assertMessagesRejected(
        "{'messages': [{'role': 'user'}]}", "messages[0].content should be text, found missing");
    assertMessagesRejected(
        "{'messages': [{'role': 'user', 'content': null}]}", "should be text, found null");
    assertMessagesRejected("{'messages': ['hi']}", "messages[0].role should be text");
    assertMessagesRejected("{'text': 'x'}", "no column 'messages'");
  }

  private static void assertMessagesRejected(String json, String message) {
    Row row = Rows.row(json);
    assertThatThrownBy(() -> InstructionFormat.MESSAGES.segments(row))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("test.json row 1")
        .hasMessageContaining(message);
  }

  @Test
  void theColumnsShowTheFormat() {
    assertThat(detect("{'instruction': '', 'output': '', 'text': ''}"))
        .isEqualTo(InstructionFormat.ALPACA);
    assertThat(detect("{'messages': [], 'id': 1}")).isEqualTo(InstructionFormat.MESSAGES);
    assertThat(detect("{'completion': '', 'prompt': ''}"))
        .isEqualTo(InstructionFormat.PROMPT_COMPLETION);
    assertThat(detect("{'text': '', 'prompt': ''}")).isEqualTo(InstructionFormat.TEXT);
  }

  @Test
  void columnsThatFitNoneOrSeveralFormatsAreErrors() {
    assertThatThrownBy(() -> detect("{'question': '', 'answer': ''}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("[question, answer]", "instruction + output", "text");
    assertThatThrownBy(() -> detect("{'messages': [], 'prompt': '', 'completion': ''}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("name one of [messages, prompt_completion]");
  }

  private static InstructionFormat detect(String json) {
    return InstructionFormat.detect(Rows.row(json));
  }

  @Test
  void formatsHaveNames() {
    for (InstructionFormat format : InstructionFormat.values()) {
      assertThat(InstructionFormat.named(format.formatName())).isEqualTo(format);
    }
    assertThat(InstructionFormat.named("prompt_completion"))
        .isEqualTo(InstructionFormat.PROMPT_COMPLETION);
    assertThatThrownBy(() -> InstructionFormat.named("chatml"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("chatml", "[alpaca, messages, sharegpt, prompt_completion, text]");
  }
}
