package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real tokenizers against what Python's tokenizers gives. */
@Tag("real-data")
class RealTokenizersTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static int[] ids(JsonNode sample, String key) {
    return JSON.convertValue(sample.get(key), int[].class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert-minilm", "roberta", "mistral-v1"})
  void agreeWithPython(String name) throws IOException {
    JsonNode samples =
        JSON.readTree(RealData.file("data/tokenizers/" + name + "/samples.json").toFile())
            .get("samples");
    assertThat(samples).hasSize(248);
    try (Tokenizer tokenizer =
        Tokenizer.open(RealData.file("data/tokenizers/" + name + "/tokenizer.json"))) {
      for (JsonNode sample : samples) {
        String text = sample.get("text").textValue();
        int[] ids = ids(sample, "ids");
        assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
        assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(ids(sample, "ids_no_special"));
        assertThat(tokenizer.decode(ids, true)).isEqualTo(sample.get("decoded").textValue());
        StreamingDecoderTest.assertAgrees(tokenizer, ids);
      }
      StreamingDecoderTest.assertRandomSequencesAgree(tokenizer, 200);
    }
  }

  @Test
  void storiesAgreeWithPython() throws IOException {
    JsonNode samples =
        JSON.readTree(RealData.file("data/stories260k/tokenizer_samples.json").toFile())
            .get("samples");
    assertThat(samples).isNotEmpty();
    try (Tokenizer trimming = Tokenizer.open(RealData.file("data/stories260k/tokenizer.json"));
        Tokenizer llama =
            Tokenizer.open(RealData.file("data/stories260k/tokenizer.llama-style.json"))) {
      for (JsonNode sample : samples) {
        String text = sample.get("text").textValue();
        int[] ids = ids(sample, "ids");
        assertThat(trimming.encode(text, false)).as(text).isEqualTo(ids);
        assertThat(llama.encode(text, false)).as(text).isEqualTo(ids(sample, "ids_llama_style"));
        assertThat(trimming.decode(ids, true)).isEqualTo(sample.get("decoded").textValue());
        StreamingDecoderTest.assertAgrees(trimming, ids);
      }
      assertThat(trimming.vocabSize()).isEqualTo(512);
      assertThat(trimming.idOf("<s>")).hasValue(1);
      assertThat(trimming.idOf("</s>")).hasValue(2);
      StreamingDecoderTest.assertRandomSequencesAgree(trimming, 200);
    }
  }

  @Test
  void generatedStoryStreams() throws IOException {
    JsonNode expected =
        JSON.readTree(RealData.file("data/stories260k/expected_greedy.json").toFile());
    try (Tokenizer tokenizer = Tokenizer.open(RealData.file("data/stories260k/tokenizer.json"))) {
      StringBuilder text = new StringBuilder();
      StreamingDecoder decoder = new StreamingDecoder(tokenizer, true);
      for (int id : ids(expected, "generated_ids")) {
        text.append(decoder.add(id));
      }
      assertThat(text.append(decoder.finish()).toString())
          .isEqualTo(expected.get("text").textValue());
    }
  }

  @Test
  void builtInMiniLmIsTheSameTokenizer() throws IOException {
    try (InputStream in =
            RealTokenizersTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json");
        Tokenizer builtIn = Tokenizer.read(in, "all-minilm-l6-v2-tokenizer.json")) {
      assertThat(builtIn.vocabSize()).isEqualTo(30522);
      assertThat(builtIn.encode("A sentence.", true)).containsExactly(101, 1037, 6251, 1012, 102);
      assertThat(builtIn.encode("word ".repeat(600), true)).hasSize(602);
    }
  }
}
