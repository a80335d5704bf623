package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeScaling;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.bert.BertConfig;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.vit.VitConfig;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-data")
class RealConfigsTest {

  private static ModelConfig read(String name) throws IOException {
    return Families.read(RealData.file(name));
  }

  @Test
  void everyConfigOfTheFolderIsRead() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(RealData.file("data/configs"))) {
      files = list.filter(path -> path.toString().endsWith(".json")).toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(6);
    for (Path file : files) {
      assertThat(Families.read(file).numHiddenLayers()).as(file.toString()).isPositive();
    }
  }

  @Test
  void llamas() throws IOException {
    DecoderConfig llama2 = (DecoderConfig) read("data/configs/llama-2-13b.json");
    assertThat(llama2.hiddenSize()).isEqualTo(5120);
    assertThat(llama2.sizes().headDim()).isEqualTo(128);
    assertThat(llama2.dtype()).contains("bfloat16");
    DecoderConfig llama3 = (DecoderConfig) read("data/configs/llama-3-8b.json");
    assertThat(llama3.sizes().numKeyValueHeads()).isEqualTo(8);
    assertThat(llama3.layers().get(0).rope().orElseThrow()).isEqualTo(new RopeConfig(500_000));
    DecoderConfig smol = (DecoderConfig) read("data/configs/smollm2-135m.json");
    assertThat(smol.tieWordEmbeddings()).isTrue();
    assertThat(smol.numAttentionHeads()).isEqualTo(9);
    DecoderConfig stories = (DecoderConfig) read("data/stories260k/config.json");
    assertThat(stories.vocabSize()).isEqualTo(512);
    assertThat(stories.tokens().bos()).hasValue(1);
    assertThat(stories.eosTokenIds()).containsExactly(2);
    assertThat(stories.tokens().pad()).isEmpty();
  }

  @Test
  void configsOfTransformersFourAndFive() throws IOException {
    DecoderConfig tiny = (DecoderConfig) read("fixtures/llama-tiny/config.json");
    assertThat(tiny.layers().get(0).rope().orElseThrow()).isEqualTo(new RopeConfig(10_000));
    DecoderConfig tied = (DecoderConfig) read("fixtures/llama-tied/config.json");
    assertThat(tied.layers().get(0).rope().orElseThrow())
        .isEqualTo(new RopeConfig(500_000, new RopeScaling.Llama3(8, 1, 4, 16)));
    assertThat(tied.dtype()).contains("float32");
    BertConfig bert = (BertConfig) read("fixtures/bert-tiny/config.json");
    assertThat(bert.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
    BertConfig roberta = (BertConfig) read("fixtures/roberta-tiny/config.json");
    assertThat(roberta.maxTokens()).isEqualTo(38);
    VitConfig vit = (VitConfig) read("fixtures/vit-tiny/config.json");
    assertThat(vit.numPatches()).isEqualTo(16);
    assertThat(vit.labels()).hasSize(5);
  }

  @Test
  void encoders() throws IOException {
    BertConfig roberta = (BertConfig) read("data/configs/roberta-base.json");
    assertThat(roberta.maxTokens()).isEqualTo(512);
    assertThat(roberta.labels()).isEmpty();
    VitConfig vit = (VitConfig) read("data/configs/vit-base-patch16-224.json");
    assertThat(vit.numPatches()).isEqualTo(196);
    assertThat(vit.qkvBias()).isTrue();
  }
}
