package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Locale;

/**
 * A tree whose numbers and truth values know how they are spelled: a label that is written {@code
 * 7E10} or {@code 0x1F} is that word, though YAML takes it for a number.
 */
final class SpelledTree {
  private SpelledTree() {}

  /**
   * The value that begins at the parser's next token; a missing node if there is none.
   *
   * @throws IOException as the parser does, or if another value comes after it
   */
  static JsonNode read(JsonParser parser) throws IOException {
    if (parser.nextToken() == null) {
      return JsonNodeFactory.instance.missingNode();
    }
    JsonNode root = node(parser);
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "expected the end of the document, found another value");
    }
    return root;
  }

  private static JsonNode node(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(parser);
      case START_ARRAY -> list(parser);
      case VALUE_NUMBER_INT -> new Whole(parser.getBigIntegerValue(), parser.getText());
      case VALUE_NUMBER_FLOAT -> decimal(parser);
      case VALUE_TRUE, VALUE_FALSE -> new Flag(parser.getBooleanValue(), parser.getText());
      case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
      default -> TextNode.valueOf(parser.getText());
    };
  }

  /** The parser knows {@code .nan} and {@code .inf} for numbers, but not which. */
  private static JsonNode decimal(JsonParser parser) throws IOException {
    String text = parser.getText();
    return switch (text.toLowerCase(Locale.ROOT)) {
      case ".nan" -> new Decimal(Double.NaN, text);
      case ".inf", "+.inf" -> new Decimal(Double.POSITIVE_INFINITY, text);
      case "-.inf" -> new Decimal(Double.NEGATIVE_INFINITY, text);
      default -> new Decimal(parser.getDoubleValue(), text);
    };
  }

  private static ObjectNode mapping(JsonParser parser) throws IOException {
    ObjectNode mapping = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      parser.nextToken();
      mapping.set(key, node(parser));
    }
    return mapping;
  }

  private static ArrayNode list(JsonParser parser) throws IOException {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      list.add(node(parser));
    }
    return list;
  }

  /** A whole number. */
  private static final class Whole extends BigIntegerNode {
    private static final long serialVersionUID = 1;

    private final String text;

    Whole(BigInteger value, String text) {
      super(value);
      this.text = text;
    }

    @Override
    public String asText() {
      return text;
    }
  }

  /** Another number. */
  private static final class Decimal extends DoubleNode {
    private static final long serialVersionUID = 1;

    private final String text;

    Decimal(double value, String text) {
      super(value);
      this.text = text;
    }

    @Override
    public String asText() {
      return text;
    }
  }

  /** A truth value. */
  private static final class Flag extends BooleanNode {
    private static final long serialVersionUID = 1;

    private final String text;

    Flag(boolean value, String text) {
      super(value);
      this.text = text;
    }

    @Override
    public String asText() {
      return text;
    }
  }
}
