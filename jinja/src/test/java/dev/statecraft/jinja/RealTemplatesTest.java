package dev.statecraft.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The templates of well-known models, to the byte of what transformers renders. */
@Tag("real-data")
class RealTemplatesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void everyRenderingIsThatOfTransformers() throws IOException {
    Path folder = RealData.file("data/chat_templates");
    int texts = 0;
    int errors = 0;
    for (JsonNode reference : JSON.readTree(folder.resolve("renderings.json").toFile())) {
      String name = reference.get("template").textValue();
      Template template = Template.parse(name, Files.readString(folder.resolve(name + ".jinja")));
      Map<String, Object> variables =
          JSON.convertValue(reference, new TypeReference<LinkedHashMap<String, Object>>() {});
      variables.keySet().removeAll(java.util.Set.of("template", "conversation", "text", "error"));
      if (reference.has("error")) {
        errors++;
        String message = reference.get("error").textValue().replaceFirst("^\\w+: ", "");
        assertThatThrownBy(() -> template.render(variables))
            .isInstanceOf(TemplateException.class)
            .hasMessage(name + " line 1: " + message);
      } else {
        texts++;
        assertThat(template.render(variables).text())
            .as("%s, %s", name, reference.get("conversation"))
            .isEqualTo(reference.get("text").textValue());
      }
    }
    assertThat(texts).isEqualTo(102);
    assertThat(errors).isEqualTo(2);
  }
}
