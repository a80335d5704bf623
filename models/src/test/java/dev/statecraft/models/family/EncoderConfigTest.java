package dev.statecraft.models.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.config.Activation;
import dev.statecraft.models.config.ConfigText;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.family.bert.Bert;
import dev.statecraft.models.family.bert.BertConfig;
import dev.statecraft.models.family.bert.Roberta;
import dev.statecraft.models.family.distilbert.DistilBertConfig;
import dev.statecraft.models.family.modernbert.ModernBertConfig;
import dev.statecraft.models.family.vit.VitConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncoderConfigTest {
  private static final String BERT =
      """
      {"model_type": "bert", "vocab_size": 89, "hidden_size": 32, "intermediate_size": 64,
       "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 40,
       "type_vocab_size": 2, "layer_norm_eps": 1e-12}\
      """;
  private static final String VIT =
      """
      {"model_type": "vit", "image_size": 16, "patch_size": 4, "num_channels": 3,
       "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3,
       "num_attention_heads": 4, "layer_norm_eps": 1e-12}\
      """;

  private static BertConfig bert(String keys) {
    return (BertConfig) new ConfigText(BERT).with(keys).parse();
  }

  private static VitConfig vit(String keys) {
    return (VitConfig) new ConfigText(VIT).with(keys).parse();
  }

  @Test
  void bertHasTheDefaultsOfTransformers() {
    assertThat(bert(""))
        .isEqualTo(
            new BertConfig(
                "bert",
                89,
                32,
                64,
                3,
                4,
                40,
                2,
                1e-12,
                Activation.GELU,
                0,
                0.1,
                0.1,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    assertThat(bert("").firstPosition()).isZero();
    assertThat(bert("").maxTokens()).isEqualTo(40);
    assertThat(bert("").backbone()).isInstanceOf(Bert.class);
  }

  @Test
  void robertaCountsPositionsFromThePadding() {
    BertConfig config = bert("'model_type': 'roberta', 'type_vocab_size': 1");
    assertThat(config.backbone()).isInstanceOf(Roberta.class);
    assertThat(config.modelType()).isEqualTo("roberta");
    assertThat(config.padTokenId()).isEqualTo(1);
    assertThat(config.firstPosition()).isEqualTo(2);
    assertThat(config.maxTokens()).isEqualTo(38);
    assertThat(bert("'model_type': 'roberta', 'pad_token_id': 4").firstPosition()).isEqualTo(5);
  }

  /** The classes and the prefixes of transformers' modelling code. */
  @ParameterizedTest
  @CsvSource({
    "bert, bert., Bert, 0",
    "roberta, roberta., Roberta, 2",
    "xlm-roberta, roberta., XLMRoberta, 2",
    "camembert, roberta., Camembert, 2",
    "data2vec-text, data2vec_text., Data2VecText, 2"
  })
  void relativesHaveTheirNames(String type, String prefix, String classes, int first) {
    BertConfig config = bert("'model_type': '" + type + "'");
    assertThat(config.firstPosition()).isEqualTo(first);
    assertThat(config.backbone().prefix()).isEqualTo(prefix);
    assertThat(config.backbone().architecture()).isEqualTo(classes + "Model");
    assertThat(config.backbone().sequenceOutputs().orElseThrow().architecture())
        .isEqualTo(classes + "ForSequenceClassification");
    assertThat(config.backbone().paper().isPresent()).isEqualTo(type.equals("roberta"));
  }

  @Test
  void whatFilesOfBertLeaveOutIsTransformersDefault() {
    BertConfig config =
        (BertConfig)
            new ConfigText(
                    BERT.replace(
                        " \"type_vocab_size\": 2, \"layer_norm_eps\": 1e-12}",
                        " \"hidden_act\": \"gelu\"}"))
                .parse();
    assertThat(config.typeVocabSize()).isEqualTo(2);
    assertThat(config.layerNormEps()).isEqualTo(1e-12);
  }

  @Test
  void distilBertHasTheDefaultsOfTransformers() {
    DistilBertConfig config =
        (DistilBertConfig)
            new ConfigText("{\"model_type\": \"distilbert\", \"vocab_size\": 89}").parse();
    assertThat(config)
        .isEqualTo(
            new DistilBertConfig(
                89,
                768,
                3072,
                6,
                12,
                512,
                Activation.GELU,
                0.1,
                0.1,
                0.2,
                List.of(),
                Optional.empty(),
                false,
                Optional.empty()));
    assertThat(config.backbone().input().maxTokens()).isEqualTo(512);
  }

  @Test
  void modernBertHasTheDefaultsOfTransformers() {
    ModernBertConfig config = modernBert("");
    assertThat(config.hiddenSize()).isEqualTo(768);
    assertThat(config.intermediateSize()).isEqualTo(1152);
    assertThat(config.numHiddenLayers()).isEqualTo(22);
    assertThat(config.local().subList(0, 5)).containsExactly(false, true, true, false, true);
    assertThat(config.window()).isEqualTo(64);
    assertThat(config.globalRope()).isEqualTo(new RopeConfig(160_000));
    assertThat(config.localRope()).isEqualTo(new RopeConfig(10_000));
    assertThat(config.biases()).isEqualTo(new ModernBertConfig.Biases(false, false, false, false));
    assertThat(config.meanPooling()).isFalse();
  }

  /** Files of transformers 4 have other keys than those of transformers 5. */
  @Test
  void modernBertReadsOldAndNewKeys() {
    ModernBertConfig old =
        modernBert(
            "'num_hidden_layers': 4, 'global_attn_every_n_layers': 2, 'global_rope_theta': 80000.0,"
                + " 'local_rope_theta': 5000, 'classifier_pooling': 'mean'");
    ModernBertConfig now =
        modernBert(
            "'num_hidden_layers': 4, 'global_attn_every_n_layers': 3, 'layer_types':"
                + " ['full_attention', 'sliding_attention', 'full_attention', 'sliding_attention'],"
                + " 'classifier_pooling': 'mean', 'rope_parameters': {'full_attention':"
                + " {'rope_theta': 80000.0, 'rope_type': 'default'}, 'sliding_attention':"
                + " {'rope_theta': 5000, 'rope_type': 'default'}}");
    assertThat(now).isEqualTo(old);
    assertThat(now.poolsMean(Set.of())).isTrue();
  }

  private static ModernBertConfig modernBert(String keys) {
    return (ModernBertConfig)
        new ConfigText("{\"model_type\": \"modernbert\", \"vocab_size\": 89}").with(keys).parse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'hidden_size': 12|hidden_size: expected an even multiple of num_attention_heads (12)",
        "'num_hidden_layers': 2, 'layer_types': ['full_attention']"
            + "|layer_types: expected one for each of the 2 layers",
        "'num_hidden_layers': 1, 'layer_types': ['linear_attention']"
            + "|layer_types: expected full_attention or sliding_attention, found",
        "'rope_scaling': {'rope_type': 'yarn', 'factor': 4}|rope_scaling: expected none, found",
        "'classifier_pooling': 'max'|classifier_pooling: expected mean or cls, found \"max\"",
        "'hidden_activation': 'silu'"
            + "|hidden_activation: expected one of gelu, gelu_new, relu, found \"silu\"",
      })
  void modernBertNamesTheKeyThatIsWrong(String keys, String problem) {
    assertThatThrownBy(() -> modernBert(keys))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + problem);
  }

  @Test
  void readsHeadAndDropouts() {
    BertConfig config =
        bert(
            "'id2label': {'1': 'no', '0': 'yes', '2': 'maybe'}, 'num_labels': 3,"
                + "'problem_type': 'single_label_classification', 'hidden_act': 'gelu_new',"
                + "'hidden_dropout_prob': 0, 'attention_probs_dropout_prob': 0.25,"
                + "'dtype': 'float32', 'position_embedding_type': 'absolute', 'is_decoder': false");
    assertThat(config.labels()).containsExactly("yes", "no", "maybe");
    assertThat(config.problemType()).contains(ProblemType.SINGLE_LABEL_CLASSIFICATION);
    assertThat(config.activation()).isEqualTo(Activation.GELU_NEW);
    assertThat(config.hiddenDropoutProb()).isZero();
    assertThat(config.attentionProbsDropoutProb()).isEqualTo(0.25);
    assertThat(config.dtype()).contains("float32");
    assertThat(bert("'num_labels': 2").labels()).containsExactly("LABEL_0", "LABEL_1");
    assertThat(bert("'problem_type': 'regression'").problemType()).contains(ProblemType.REGRESSION);
    assertThat(bert("'hidden_act': 'relu'").activation()).isEqualTo(Activation.RELU);
  }

  @Test
  void vitHasTheDefaultsOfTransformers() {
    assertThat(vit(""))
        .isEqualTo(
            new VitConfig(
                16,
                4,
                3,
                32,
                64,
                3,
                4,
                1e-12,
                Activation.GELU,
                true,
                0,
                0,
                List.of(),
                Optional.empty(),
                Optional.empty()));
    assertThat(vit("").numPatches()).isEqualTo(16);
    assertThat(vit("").modelType()).isEqualTo("vit");
    VitConfig config = vit("'qkv_bias': false, 'id2label': {'0': 'cat'}, 'torch_dtype': 'float16'");
    assertThat(config.qkvBias()).isFalse();
    assertThat(config.labels()).containsExactly("cat");
    assertThat(config.dtype()).contains("float16");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'num_attention_heads': 5"
            + "|hidden_size: expected a multiple of num_attention_heads (5), found 32",
        "'hidden_act': 'silu'|hidden_act: expected one of gelu, gelu_new, relu, found \"silu\"",
        "'hidden_act': 1|hidden_act: expected a string, found 1",
        "'position_embedding_type': 'relative_key'"
            + "|position_embedding_type: expected \"absolute\", found \"relative_key\"",
        "'is_decoder': true|is_decoder: expected false, found true",
        "'add_cross_attention': true|add_cross_attention: expected false, found true",
        "'pad_token_id': 89|pad_token_id: expected an id below vocab_size (89), found 89",
        "'model_type': 'roberta', 'max_position_embeddings': 2"
            + "|max_position_embeddings: expected more than 2 (pad_token_id + 1), found 2",
        "'hidden_dropout_prob': 1|hidden_dropout_prob: expected a number from 0 to below 1, found"
            + " 1",
        "'id2label': ['a']|id2label: expected an object, found [\"a\"]",
        "'id2label': {'0': 'a', '2': 'b'}|id2label: expected the ids 0 to 1, found {\"0\":\"a\",",
        "'id2label': {'0': 7}|id2label.0: expected a string, found 7",
        "'id2label': {'0': 'a'}, 'num_labels': 2"
            + "|num_labels: expected as many labels as id2label has (1), found 2",
        "'problem_type': 'ranking'|problem_type: expected one of regression,",
        "'type_vocab_size': 0|type_vocab_size: expected a positive integer, found 0",
      })
  void bertNamesTheKeyThatIsWrong(String keys, String problem) {
    assertThatThrownBy(() -> bert(keys))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'patch_size': 5|image_size: expected a multiple of patch_size (5), found 16",
        "'image_size': [16, 16]|image_size: expected a positive integer, found [16,16]",
        "'num_attention_heads': 3|hidden_size: expected a multiple of num_attention_heads (3)",
        "'num_channels': null|num_channels: expected a positive integer, found null",
        "'qkv_bias': 0|qkv_bias: expected true or false, found 0",
      })
  void vitNamesTheKeyThatIsWrong(String keys, String problem) {
    assertThatThrownBy(() -> vit(keys))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("c.json: " + problem);
  }
}
