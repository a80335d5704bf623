package dev.statecraft.models.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static String render(String source) {
    return Template.parse("chat", source).render(Map.of("l", List.of(1, 2))).text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      value = {
        "{{ x | nothing }} @ chat line 3: there is no filter 'nothing'",
        "{{ x is nothing }} @ chat line 3: there is no test 'nothing'",
        "{% include 'x' %} @ chat line 3: the tag 'include' is not supported here; chat templates"
            + " have if, for, set, macro, call, filter, with, raw, generation, break and continue",
        "{{ x.y }} @ chat line 3: 'x' is undefined",
        "{{ l.append(3) }} @ chat line 3: access to attribute 'append' of 'list' object is unsafe:"
            + " a template must not change its variables",
        "{{ raise_exception('roles must alternate') }} @ chat line 3: roles must alternate",
        "{{ 'a' + 1 }} @ chat line 3: can only concatenate str (not \"int\") to str",
        "{% if l %} @ chat line 3: a tag is never closed; expected one of [elif, else, endif]",
        "{{ l @ chat line 3: a tag has no end '}}'",
        "{% endfor %} @ chat line 3: the tag 'endfor' is not supported here; chat templates"
            + " have if, for, set, macro, call, filter, with, raw, generation, break and continue",
        "{{ 9223372036854775807 + 1 }} @ chat line 3: '+': the result is no whole number of 64 bits"
      })
  void anErrorNamesTheTemplateAndTheLine(String tag, String message) {
    assertThatThrownBy(() -> render("first\n{{ l }}\n" + tag))
        .isInstanceOf(TemplateException.class)
        .hasMessage(message);
  }

  @Test
  void aLineInsideOfALoopIsNamed() {
    assertThatThrownBy(() -> render("{% for x in l %}\n  {{ x }}\n  {{ x.y.z }}\n{% endfor %}"))
        .hasMessage("chat line 3: 'int object' has no attribute 'y'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Loops in loops.
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        // Texts and lists that double.
        "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
            + "{{ n.x }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}"
            + "{{ n.x | tojson }}",
        "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
        // Single operations of a large result.
        "{{ 'ab' * 99999999999 }}",
        "{{ [1] * 99999999999 }}",
        "{{ ('a' * 99999) | replace('a', 'b' * 99999) }}",
        "{{ 'a'.center(999999999) }}",
        "{{ 'a\\nb' | indent(999999999) }}",
        "{{ (['x' * 9999] * 9999) | join }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ 2 ** 999999999999 }}",
        "{{ range(99999999999) }}",
        // Output.
        "{% for a in range(99999) %}{{ 'abcdefgh' * 999 }}{% endfor %}",
        // Calls without end.
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set n = namespace() %}{% set n.n = n %}{{ [n] | map(attribute='n.n') | list }}{{ n.x.y }}"
      })
  @Timeout(20)
  void noTemplateHangsOrFillsTheMemory(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
  }

  @Test
  @Timeout(20)
  void noTemplateOverflowsTheStack() {
    int many = 100_000;
    for (String source :
        List.of(
            "{{ " + "(".repeat(many) + "1" + ")".repeat(many) + " }}",
            "{{ " + "[".repeat(many) + "]".repeat(many) + " }}",
            "{{ " + "- ".repeat(many) + "1 }}",
            "{{ " + "not ".repeat(many) + "1 }}",
            "{{ 1" + " + 1".repeat(many) + " }}",
            "{{ l" + "[0]".repeat(many) + " }}",
            "{{ l" + " | string".repeat(many) + " }}",
            "{% if l %}".repeat(many),
            "{% if l %}" + "{% elif l %}".repeat(many) + "{% endif %}")) {
      assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
    }
  }

  @Test
  void valuesNestedTooDeeplyAreAnError() {
    Object nested = List.of();
    for (int i = 0; i < 200_000; i++) {
      nested = List.of(nested);
    }
    Map<String, Object> variables = new HashMap<>(Map.of("x", nested));
    Template template = Template.parse("chat", "{{ x }}");
    assertThatThrownBy(() -> template.render(variables))
        .isInstanceOf(TemplateException.class)
        .hasMessage("chat line 1: its values are nested too deeply");
  }

  @Test
  void anUndisturbedTemplateStaysWithinTheLimits() {
    Template template =
        Template.parse("chat", "{% for m in messages %}{{ m.content | trim }}{% endfor %}");
    Map<String, String> message = Map.of("content", " " + "word ".repeat(2_000));
    String text =
        template.render(Map.of("messages", java.util.Collections.nCopies(500, message))).text();
    assertThat(text).hasSize(500 * 9_999);
  }

  @Test
  void aRenderingDoesNotChangeItsVariables() {
    List<Object> list = new java.util.ArrayList<>(List.of("a", Map.of("k", "v")));
    String text =
        Template.parse("chat", "{% set l = l + ['b'] %}{{ l | length }}")
            .render(Map.of("l", list))
            .text();
    assertThat(text).isEqualTo("3");
    assertThat(list).hasSize(2);
  }
}
