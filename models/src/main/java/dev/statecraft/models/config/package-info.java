/**
 * A model's {@code config.json} as typed, validated records.
 *
 * <p>{@link dev.statecraft.models.config.ModelConfig#read} looks at {@code model_type} and gives a
 * {@link dev.statecraft.models.config.LlamaConfig}, {@link dev.statecraft.models.config.BertConfig}
 * (BERT and RoBERTa) or {@link dev.statecraft.models.config.VitConfig}. The keys are those of
 * Hugging Face transformers, versions 4 and 5. What is read can be computed: a setting that would
 * need code that is not there (another activation, another kind of rope) is refused, by name, when
 * it is read. Keys that do not change the computation are ignored.
 */
package dev.statecraft.models.config;
