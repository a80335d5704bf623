package dev.statecraft.jinja;

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
        "{% set n = namespace(x='ab') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor"
            + " %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor"
            + " %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor"
            + " %}{{ n.x }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor"
            + " %}{{ n.x | tojson }}",
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
        "{% set n = namespace() %}{% set n.n = n %}{{ [n] | map(attribute='n.n') | list }}{{ n.x.y"
            + " }}",
        // Many steps over a long text, each of which would look long for its place.
        "{% set s = '\ud83d\ude00' * 3000000 %}{% for i in range(99999) %}{{ s[2999999] }}{% endfor"
            + " %}",
        "{% set s = 'a' * 7000000 %}{% for i in range(99999) %}{{ s.find('b') }}{% endfor %}",
        "{% set s = 'a' * 7000000 %}{% for i in range(99999) %}{{ 'b' in s }}{% endfor %}",
        "{% set s = 'a' * 7000000 %}{% for i in range(99999) %}{{ s.upper() | length }}{% endfor"
            + " %}",
        "{% set s = 'a' * 7000000 %}{% for i in range(99999) %}{% if s.isalpha() %}{% endif %}{%"
            + " endfor %}",
        "{% set s = 'a' * 7000000 %}{% for i in range(99999) %}{% if {}[s ~ i] %}{% endif %}{%"
            + " endfor %}",
        "{% set s = 'a' * 4000 %}{{ [s] * 90000 | sort | length }}{{ ([s] * 90000) | sort | length"
            + " }}",
        "{% set s = 'x' * 900000 %}{% for i in range(999) %}{{ [1] | map(attribute=s) | list }}{%"
            + " endfor %}",
        // Pieces without number.
        "{{ ('\n' * 8000000).splitlines() | length }}",
        "{{ ('a ' * 4000000).split() | length }}",
        "{{ (',' * 8000000).split(',') | length }}",
        "{{ ('ab' * 4000000) | list | length }}",
        "{{ ('\n' * 7000000) | indent(0) | length }}",
        "{{ [1] | slice(99999999999) | list }}",
        "{{ ('\\x00' * 7000000) | tojson | length }}",
        "{{ ['\\x00' * 7000000] | string | length }}",
        "{{ ('\"' * 7000000) | e | length }}",
        "{{ strftime_now('%c' * 1000000) | length }}",
        "{{ '%99999999d' % 1 }}",
        "{{ '{:99999999}'.format(1) }}",
        "{{ '%.99999f' % 1 }}",
        "{{ '%s' % ('%99999s' * 999 % 1) }}",
        // Structures that share their parts, or hold themselves.
        "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(99) %}{% set n.x = (n.x, n.x) %}"
            + "{% set n.y = (n.y, n.y) %}{% endfor %}{{ n.x < n.y }}{{ n.x == n.y }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = {'a': n.x, 'b': n.x} %}"
            + "{% endfor %}{{ n.x | tojson }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor"
            + " %}{{ {n.x: 1} }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}"
            + "{{ n.x }}",
        // Arithmetic beyond 64 bits.
        "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) | abs }}",
        "{{ 1e300 | int }}",
        "{{ '99999999999999999999' | int }}",
        "{{ [1] * 9223372036854775807 }}",
        "{{ 10.0 ** 400 }}",
        "{{ 0 ** -1 }}"
      })
  @Timeout(20)
  void noTemplateHangsOrFillsTheMemory(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
  }

  /** The first six could take for ever, the others have the values that Python gives. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{{ ('1' * 2000000 ~ 'x') | float }} @ 0.0",
        "{{ ('a' * 2000000 ~ 'b') in ('a' * 4000000) }} @ False",
        "{{ ('a ' * 100000).split() | length }} @ 100000",
        "{{ ('a' * 100000 ~ 'b') | replace('a' * 50000 ~ 'c', '') | length }} @ 100001",
        "{% set s = 'é' * 6000000 %}{% set ns = namespace(n=0) %}{% for i in range(90000) %}"
            + "{% set ns.n = s[5999999] %}{% endfor %}{{ ns.n }} @ é",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}[{{ {}[ns.x] }}{{ [1][ns.x] }}{{ ns.x == ns.x }}] @ [True]",
        "{{ [1,2,3][1::9223372036854775807] }} @ [2]",
        "{{ [1,2,3][:0:-9223372036854775807] }} @ [3]",
        "{{ 'abc'.ljust(-9223372036854775807 - 1) }} @ abc",
        "{% macro f(a, b=5) %}{{ a }}{{ b }}{{ kwargs }}{% endmacro %}{{ f(*[1, 2]) }}{{ f(1,"
            + " **{'b': 3, 'c': 4}) }}{{ f(*[7], b=8) }} @ 12{}13{'c': 4}78{}",
        "{{ '{:,}'.format(1234567) }}{{ '{:>6.1f}|{:^5}|{:+d}'.format(2.25, 'a', 3) }} @"
            + " 1,234,567   2.2|  a  |+3",
        "{{ '%d %05.1f %x %-4s|' % (9007199254740993, -1.25, 255, 'a') }} @"
            + " 9007199254740993 -01.2 ff a   |",
        "{{ range(0, 9223372036854775807, 9223372036854775806) | list }} @"
            + " [0, 9223372036854775806]",
        "{{ 9007199254740993 == 9007199254740992.0 }}{{ 9007199254740993 | round }} @"
            + " False9007199254740993",
        "{{ {1: 'a'}[1.0] }}{{ {1: 'a'}[true] }}{{ nothing in {} }} @ aaFalse",
        "{{ 1.0 // 0.1 }}{{ 1.1 | round(1, 'ceil') }}{{ -0.1 | round }}{{ true | abs }} @"
            + " 9.01.1-0.01",
        "{{ 'ß'.capitalize() }}{{ 'ß' | title }}{{ 'straße' | upper }} @ SsSSSTRASSE",
        "{{ [{'a': 1}] | groupby('a') | map(attribute='grouper') | list }} @ [1]",
        "{{ ('a\\rb' | indent) }} @ a\\n    b",
        "{{ '0x1F' | int(0, 16) }}{{ '1_0' | int }}{{ 'inf' | float }}{{ 'x' | int(7) }} @"
            + " 3110inf7",
        "{{ 'a.b.a'.find('a', 1) }}{{ 'aXbX'.rfind('X', 0, 3) }}{{ 'aaa'.count('a', 1) }} @ 412"
      })
  @Timeout(20)
  void whatPythonGives(String source, String text) {
    assertThat(render(source)).isEqualTo(text.replace("\\n", "\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ '{:,}'.format('1' * 300000) | length }}",
        "{{ 'a'.partition('') }}",
        "{{ 'a'.find('a', 1.5) }}",
        "{{ 'a'.count('a', 0, 'b') }}",
        "{{ 'a' % 1 }}",
        "{{ '%d' % 'a' }}",
        "{{ '{:d}'.format(1.5) }}",
        "{{ '{'.format() }}",
        "{{ nothing | int }}",
        "{{ f(*1) }}",
        "{{ f(**[1]) }}",
        "{{ f(a=1, a=2) }}"
      })
  void whatPythonRefuses(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
  }

  @Test
  @Timeout(20)
  void thePartsOfExpressionsAreCounted() {
    String parts = "1 and ".repeat(400) + "1";
    assertThatThrownBy(
            () ->
                render("{% for i in range(99999) %}{% if " + parts + " %}{% endif %}{% endfor %}"))
        .hasMessageContaining("steps");
  }

  @Test
  void messagesStayShort() {
    assertThatThrownBy(() -> render("{{ raise_exception('x' * 1000000) }}"))
        .isInstanceOf(TemplateException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_100));
    assertThatThrownBy(() -> render("{{ {}['x' * 1000000].y }}"))
        .isInstanceOf(TemplateException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    assertThatThrownBy(() -> render("x".repeat(1_000_001)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("expected a template of at most 1000000 characters");
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
