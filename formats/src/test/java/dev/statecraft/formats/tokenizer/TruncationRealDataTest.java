package dev.statecraft.formats.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.testkit.RealData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All pairs of QNLI at 64 tokens, as transformers 5.18 encodes them with {@code longest_first}. */
@Tag("real-data")
class TruncationRealDataTest {
  private static final int LONGEST = 64;

  @Test
  void everyPairIsThatOfTransformers() throws Exception {
    List<String> lines = Files.readAllLines(RealData.file("data/glue/QNLI/dev.tsv"));
    Path file = RealData.file("data/tokenizers/bert-minilm/tokenizer.json");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    int truncated = 0;
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      for (String line : lines.subList(1, lines.size())) {
        String[] cells = line.split("\t", -1);
        FittedTokens fitted = tokenizer.encode(cells[1], Optional.of(cells[2]), LONGEST);
        truncated += fitted.wholeLength() > LONGEST ? 1 : 0;
        String ids =
            Arrays.stream(fitted.tokens().ids())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" ", "", "\n"));
        digest.update(ids.getBytes(StandardCharsets.UTF_8));
      }
    }
    assertThat(lines).hasSize(5464);
    assertThat(truncated).isEqualTo(989);
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("561f68b83fd7199d78da654ad356b535ecd4c0e239582d84e7601a510eb89600");
  }
}
