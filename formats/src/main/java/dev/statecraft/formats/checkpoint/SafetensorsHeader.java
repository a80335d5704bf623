package dev.statecraft.formats.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The validated JSON header of a safetensors file.
 *
 * @param tensors place of each tensor, by name
 * @param metadata the {@code __metadata__} entry, empty if absent
 */
record SafetensorsHeader(SortedMap<String, Span> tensors, Map<String, String> metadata) {

  static final String METADATA = "__metadata__";

  /** The limit that the reference implementation sets on the header. */
  static final long MAX_BYTES = 100_000_000;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** A tensor and where its data begins, counted from the end of the header. */
  record Span(TensorEntry entry, long begin) {
    long end() {
      return begin + entry.bytes();
    }
  }

  /**
   * Parses and validates a header.
   *
   * @param json the header's bytes
   * @param dataBytes number of bytes that follow the header in the file
   * @param file what error messages call the file
   * @throws InvalidInputException if the header is not one, or does not fit the data
   */
  static SafetensorsHeader parse(byte[] json, long dataBytes, String file) {
    Reader reader = new Reader(file, dataBytes);
    JsonNode root = reader.root(json);
    TreeMap<String, Span> tensors = new TreeMap<>();
    Map<String, String> metadata = Map.of();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals(METADATA)) {
        metadata = reader.metadata(field.getValue());
      } else {
        tensors.put(field.getKey(), reader.tensor(field.getKey(), field.getValue()));
      }
    }
    reader.requireContiguous(tensors.values());
    return new SafetensorsHeader(tensors, metadata);
  }

  /** The parsing of one header; keeps what error messages need. */
  private record Reader(String file, long dataBytes) {

    private InvalidInputException invalid(String problem) {
      return new InvalidInputException(file + ": " + problem);
    }

    private InvalidInputException invalid(String tensor, String problem) {
      return invalid("tensor '" + tensor + "': " + problem);
    }

    JsonNode root(byte[] json) {
      if (json.length == 0 || json[0] != '{') {
        throw invalid("expected a header that begins with '{'");
      }
      try {
        return JSON.readTree(json);
      } catch (JsonProcessingException e) {
        throw new InvalidInputException(
            file + ": expected a header of well-formed JSON, found: " + JsonProblem.of(e), e);
      } catch (IOException e) {
        throw new InvalidInputException(
            file + ": expected a header in UTF-8, found other bytes", e);
      }
    }

    Map<String, String> metadata(JsonNode node) {
      if (!node.isObject()) {
        throw invalid(METADATA + ": expected an object of strings, found " + node);
      }
      TreeMap<String, String> texts = new TreeMap<>();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        if (!field.getValue().isTextual()) {
          throw invalid(
              METADATA + " '" + field.getKey() + "': expected a string, found " + field.getValue());
        }
        texts.put(field.getKey(), field.getValue().textValue());
      }
      return texts;
    }

    Span tensor(String name, JsonNode node) {
      if (!node.isObject()) {
        throw invalid(name, "expected an object, found " + node);
      }
      String typeName = required(name, node, "dtype").asText();
      ElementType type =
          ElementType.named(typeName)
              .orElseThrow(
                  () ->
                      invalid(
                          name,
                          "dtype: expected one of "
                              + Arrays.toString(ElementType.values())
                              + ", found '"
                              + typeName
                              + "'"
                              + (typeName.startsWith("F8_")
                                  ? ", floats of 8 bits with scales beside them: take the original"
                                      + " model, or convert it to bfloat16"
                                  : "")));
      long[] shape = counts(name, "shape", required(name, node, "shape"));
      long[] offsets = counts(name, "data_offsets", required(name, node, "data_offsets"));
      if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > dataBytes) {
        throw invalid(
            name,
            "data_offsets: expected [begin, end] with begin <= end <= "
                + dataBytes
                + ", found "
                + Arrays.toString(offsets));
      }
      long bytes;
      try {
        bytes = TensorEntry.byteSize(type, shape);
      } catch (IllegalArgumentException e) {
        throw new InvalidInputException(
            file + ": tensor '" + name + "': shape: " + e.getMessage(), e);
      }
      if (offsets[1] - offsets[0] != bytes) {
        throw invalid(
            name,
            "data_offsets: expected "
                + bytes
                + " bytes for "
                + type
                + Arrays.toString(shape)
                + ", found "
                + (offsets[1] - offsets[0]));
      }
      return new Span(new TensorEntry(name, type, shape, bytes), offsets[0]);
    }

    private JsonNode required(String name, JsonNode node, String key) {
      JsonNode value = node.get(key);
      if (value == null) {
        throw invalid(name, "expected the key '" + key + "', found none");
      }
      return value;
    }

    private long[] counts(String name, String key, JsonNode node) {
      if (!node.isArray()) {
        throw invalid(name, key + ": expected an array, found " + node);
      }
      long[] counts = new long[node.size()];
      for (int i = 0; i < counts.length; i++) {
        JsonNode item = node.get(i);
        if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
          throw invalid(name, key + ": expected integers from 0 to 2^63 - 1, found " + item);
        }
        counts[i] = item.longValue();
      }
      return counts;
    }

    /** Tensors must cover the data exactly: no overlap, no hole, nothing after the last one. */
    void requireContiguous(Iterable<Span> spans) {
      List<Span> ordered = new ArrayList<>();
      spans.forEach(ordered::add);
      ordered.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
      long position = 0;
      for (Span span : ordered) {
        if (span.begin() != position) {
          throw invalid(
              span.entry().name(),
              (span.begin() < position ? "overlaps another tensor" : "leaves a gap before it")
                  + ": expected its data to begin at "
                  + position
                  + ", found "
                  + span.begin());
        }
        position = span.end();
      }
      if (position != dataBytes) {
        throw invalid(
            "expected " + position + " bytes of tensor data after the header, found " + dataBytes);
      }
    }
  }
}
