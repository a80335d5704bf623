package dev.statecraft.data.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Conversation;
import dev.statecraft.data.Segment;
import dev.statecraft.jinja.Template;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The assistant's turns in conversations by the templates of well-known models. */
@Tag("real-data")
class RealChatTemplatesTest {
  @Test
  void theAssistantsTurnsAreFoundInEveryConversation() throws IOException {
    Path folder = RealData.file("data/chat_templates");
    int turnsFound = 0;
    for (JsonNode reference :
        new ObjectMapper().readTree(folder.resolve("renderings.json").toFile())) {
      if (reference.has("error") || reference.get("add_generation_prompt").booleanValue()) {
        continue;
      }
      List<ChatMessage> messages = new ArrayList<>();
      reference
          .get("messages")
          .forEach(
              turn ->
                  messages.add(
                      new ChatMessage(turn.get("role").asText(), turn.get("content").asText())));
      String name = reference.get("template").textValue();
      ChatTemplate template =
          ChatTemplate.of(
              Template.parse(name, Files.readString(folder.resolve(name + ".jinja"))),
              Map.of("bos_token", "<s>", "eos_token", "</s>"));
      AssistantTurns turns = new AssistantTurns(template);
      Conversation conversation = Conversation.of(messages);
      List<Segment> segments = turns.segments(conversation);

      List<String> replies =
          conversation.messages().stream()
              .filter(ChatMessage::isAssistant)
              .map(message -> message.content().strip())
              .toList();
      List<String> learned = segments.stream().filter(Segment::learned).map(Segment::text).toList();
      assertThat(learned).as(name).hasSameSizeAs(replies);
      for (int i = 0; i < replies.size(); i++) {
        turnsFound++;
        // Nothing but the reply, its marker, white space, and the room for thoughts of one family.
        String rest =
            learned
                .get(i)
                .replace("<think>", "")
                .replace("</think>", "")
                .replace(turns.marker(), "");
        assertThat(rest.strip()).as(name).isEqualTo(replies.get(i));
        assertThat(learned.get(i)).as(name).endsWith(turns.marker());
      }
      String text = segments.stream().map(Segment::text).collect(Collectors.joining());
      assertThat(
              template
                  .render(
                      conversation.hasLearned() ? conversation.upToLastLearned() : conversation,
                      false)
                  .text())
          .as(name)
          .startsWith(text);
    }
    assertThat(turnsFound).isEqualTo(13 * 4 - 1);
  }
}
