package dev.statecraft.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The language, as transformers and Jinja2 render it. */
class LanguageTest {
  private static final LocalDateTime TIME = LocalDateTime.of(2025, 3, 7, 8, 5, 9);
  private static final JsonNode REFERENCE = reference();

  private static JsonNode reference() {
    try (InputStream in = LanguageTest.class.getResourceAsStream("/jinja/language.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> variables() {
    return new ObjectMapper()
        .convertValue(
            REFERENCE.get("variables"), new TypeReference<LinkedHashMap<String, Object>>() {});
  }

  static Stream<JsonNode> rendered() {
    return StreamSupport.stream(REFERENCE.get("cases").spliterator(), false)
        .filter(node -> node.has("text"));
  }

  static Stream<String> failing() {
    return StreamSupport.stream(REFERENCE.get("cases").spliterator(), false)
        .filter(node -> node.has("fails"))
        .map(node -> node.get("source").textValue());
  }

  @ParameterizedTest
  @MethodSource("rendered")
  void rendersAsJinja(JsonNode expected) {
    Rendering rendering =
        Template.parse("t", expected.get("source").textValue()).render(variables(), () -> TIME);

    assertThat(rendering.text()).isEqualTo(expected.get("text").textValue());
    // Python counts code points; one character of the variables has two chars.
    List<String> generated = new ArrayList<>();
    String text = rendering.text();
    for (JsonNode span : expected.get("generated")) {
      generated.add(
          text.substring(
              text.offsetByCodePoints(0, span.get(0).intValue()),
              text.offsetByCodePoints(0, span.get(1).intValue())));
    }
    assertThat(rendering.generated())
        .extracting(span -> text.substring(span.start(), span.end()))
        .isEqualTo(generated);
  }

  @ParameterizedTest
  @MethodSource("failing")
  void failsWhereJinjaFails(String source) {
    assertThatThrownBy(() -> Template.parse("t", source).render(variables(), () -> TIME))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("t line 1: ");
  }
}
