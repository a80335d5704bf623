package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.List;
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
  void alpacaWithSystemAndHistory() {
    Row row =
        Rows.row(
            "{'instruction': 'C', 'input': 'D', 'output': 'E', 'system': 'Be brief.',"
                + " 'history': [['A', 'B'], ['F', 'G']]}");
    assertThat(InstructionFormat.ALPACA.segments(row))
        .containsExactly(
            Segment.prompt("Be brief.\n\n### Instruction:\nA\n\n### Response:\n"),
            Segment.completion("B"),
            Segment.prompt("\n\n### Instruction:\nF\n\n### Response:\n"),
            Segment.completion("G"),
            Segment.prompt("\n\n### Instruction:\nC\n\n### Input:\nD\n\n### Response:\n"),
            Segment.completion("E"));
    for (String nothing :
        List.of("'history': []", "'history': null, 'system': ''", "'system': null")) {
      assertThat(
              InstructionFormat.ALPACA.segments(
                  Rows.row("{'instruction': 'C', 'output': 'E', " + nothing + "}")))
          .as(nothing)
          .isEqualTo(
              InstructionFormat.ALPACA.segments(Rows.row("{'instruction': 'C', 'output': 'E'}")));
    }
    assertThat(
            InstructionFormat.ALPACA.segments(
                Rows.row(
                    "{'instruction': 'C', 'output': 'E', 'history': '[[\\\"A\\\", \\\"B\\\"]]'}")))
        .hasSize(4);
    for (String bad : List.of("'x'", "5", "['a']", "[['a']]", "[['a', 1]]", "[['a', null]]")) {
      Row broken = Rows.row("{'instruction': 'C', 'output': 'E', 'history': " + bad + "}");
      assertThatThrownBy(() -> InstructionFormat.ALPACA.segments(broken))
          .as(bad)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageStartingWith(
              "test.json row 1 (line 1): column 'history' should be a list of pairs");
    }
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
  void aTurnThatIsNotToBeLearnedIsPartOfThePrompt() {
    for (String not : List.of("'weight': 0", "'weight': 0.0", "'train': false", "'loss': false")) {
      for (String format : List.of("messages", "conversations")) {
        Row row = Rows.row(turns(format, not));
        List<Segment> segments = InstructionFormat.detect(row).segments(row);
        assertThat(segments)
            .as(not)
            .containsExactly(
                Segment.prompt(
                    "<|user|>\nHi\n<|assistant|>\nHello\n<|user|>\nBye\n<|assistant|>\n"),
                Segment.completion("Ciao\n"));
      }
    }
    for (String yes : List.of("'weight': 1", "'weight': null", "'train': true, 'weight': 1")) {
      Row row = Rows.row(turns("messages", yes));
      assertThat(InstructionFormat.MESSAGES.segments(row)).as(yes).hasSize(4);
      assertThat(Conversation.of(row, "messages").messages().get(1).fields())
          .containsOnlyKeys("role", "content");
    }
  }

  private static String turns(String format, String second) {
    String turns =
        "{'"
            + format
            + "': [{'role': 'user', 'content': 'Hi'},"
            + " {'role': 'assistant', 'content': 'Hello', "
            + second
            + "}, {'role': 'user', 'content': 'Bye'}, {'role': 'assistant', 'content': 'Ciao'}]}";
    return format.equals("messages")
        ? turns
        : turns
            .replace("role", "from")
            .replace("content", "value")
            .replace("'user'", "'human'")
            .replace("'assistant'", "'gpt'");
  }

  @Test
  void aConversationOfWhichNothingIsLearnedHasOnlyAPrompt() {
    Row row =
        Rows.row(
            "{'messages': [{'role': 'user', 'content': 'Hi'},"
                + " {'role': 'assistant', 'content': 'Hello', 'weight': 0}]}");
    assertThat(InstructionFormat.MESSAGES.segments(row))
        .containsExactly(Segment.prompt("<|user|>\nHi\n<|assistant|>\nHello\n"));
  }

  @Test
  void whatIsNeitherLearnedNorNotIsAnError() {
    assertMessagesRejected(
        turns("messages", "'weight': 0.5"), "messages[1].weight should be 0 (not");
    assertMessagesRejected(turns("messages", "'weight': 2"), "learned) or 1 (learned), found 2");
    assertMessagesRejected(turns("messages", "'weight': -1"), "found -1");
    assertMessagesRejected(turns("messages", "'weight': '0'"), "found \"0\"");
    assertMessagesRejected(turns("messages", "'weight': false"), "found false");
    assertMessagesRejected(turns("messages", "'train': 0"), "messages[1].train should be true");
    assertMessagesRejected(turns("messages", "'train': [0]"), "found array");
    assertMessagesRejected(
        turns("messages", "'train': false, 'weight': 1"),
        "messages[1]: 'weight' and 'train' contradict each other");
  }

  @Test
  void theSystemBesideAConversationIsItsFirstTurn() {
    String gpt =
        "'conversations': [{'from': 'human', 'value': 'a'}, {'from': 'gpt', 'value': 'b'}]";
    assertThat(InstructionFormat.SHAREGPT.segments(Rows.row("{'system': 'S', " + gpt + "}")))
        .containsExactly(
            Segment.prompt("<|system|>\nS\n<|user|>\na\n<|assistant|>\n"),
            Segment.completion("b\n"));
    Row own =
        Rows.row(
            ("{'system': 'S', " + gpt + "}").replace("[{", "[{'from': 'system', 'value': 'T'}, {"));
    assertThat(InstructionFormat.SHAREGPT.segments(own).get(0).text())
        .startsWith("<|system|>\nT\n");
    assertThat(InstructionFormat.SHAREGPT.unread(own, ChatRenderer.plain()))
        .containsExactly("system");
  }

  @Test
  void shareGptHasCallsAndObservations() {
    Row row =
        Rows.row(
            "{'conversations': [{'from': 'human', 'value': 'a'},"
                + " {'from': 'function_call', 'value': 'f()'}, {'from': 'observation', 'value':"
                + " '1'}, {'from': 'tool', 'value': '2'}, {'from': 'gpt', 'value': 'b'}]}");
    assertThat(InstructionFormat.SHAREGPT.segments(row))
        .containsExactly(
            Segment.prompt("<|user|>\na\n<|assistant|>\n"),
            Segment.completion("f()\n"),
            Segment.prompt("<|tool|>\n1\n<|tool|>\n2\n<|assistant|>\n"),
            Segment.completion("b\n"));
  }

  @Test
  void whatNobodyReadsIsTold() {
    UnreadKeys keys = new UnreadKeys();
    String turns =
        "'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}, {'type':"
            + " 'image_url'}], 'name': 'n', 'train': true}, {'role': 'assistant', 'content': 'b',"
            + " 'tool_calls': [{}], 'weight': 1}]}";
    for (int i = 1; i <= 3; i++) {
      Row row = Rows.row(i, "{'id': 7, 'nothing': null, 'tools': [{}], " + turns);
      keys.add(row, InstructionFormat.MESSAGES.unread(row, ChatRenderer.plain()));
      // A row that an epoch has twice is one row.
      keys.add(row, InstructionFormat.MESSAGES.unread(row, ChatRenderer.plain()));
    }
    assertThat(keys.notes())
        .containsExactly(
            "test.json: not used: 'id' (3 rows), 'tools' (3 rows), 'messages[].name' (3 rows),"
                + " 'messages[].train of other turns than the assistant's' (3 rows),"
                + " 'messages[].content[] of type image_url' (3 rows),"
                + " 'messages[].tool_calls' (3 rows)");
    Row alpaca = Rows.row("{'instruction': 'a', 'output': 'b', 'history': [], 'system': 's'}");
    assertThat(InstructionFormat.ALPACA.unread(alpaca, ChatRenderer.plain())).isEmpty();
    Row prompt = Rows.row("{'prompt': 'a', 'completion': 'b', 'system': 's'}");
    assertThat(InstructionFormat.PROMPT_COMPLETION.unread(prompt, ChatRenderer.plain()))
        .containsExactly("system");
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
        "messages[1].role should be one of [assistant, developer, function, system, tool, user],"
            + " found 'bot'");
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
