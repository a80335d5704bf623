package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.image.ImageOptions;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;

/** Every default of a recipe, and why it is what it is. */
final class Defaults {
  static final Quantization QUANTIZE = Quantization.NONE;

  /** Of low-rank methods and the width of adapters. */
  static final int RANK = 8;

  /** LoRA's and DoRA's: twice the rank, so that the scale alpha / r is 2 at the default rank. */
  static final double PROJECTION_ALPHA = 2.0 * RANK;

  /** The scale of control and of adapters: what they compute is added as it is. */
  static final double CONTROL_ALPHA = 1;

  static final double DROPOUT = 0;
  static final String LAYERS = LayerSelection.ALL.toString();

  /** Part of the training data that is held out where a recipe names no evaluation data. */
  static final double VALIDATION_SPLIT = 0.1;

  /** Every example of a training file once an epoch. */
  static final double WEIGHT = 1;

  static final int MAX_LENGTH = 512;
  static final String TEXT_COLUMN = "text";
  static final String LABEL_COLUMN = "label";
  static final String IMAGE_COLUMN = "image";

  /** White, in columns of pixels of 8 bits. */
  static final double PIXEL_MAX = 255;

  /** As transformers and datasets open pictures. */
  static final boolean EXIF_ORIENTATION = true;

  /** Fewer examples than the data has are to be asked for. */
  static final ImageOptions.OnError ON_IMAGE_ERROR = ImageOptions.OnError.ERROR;

  /** Mirrored digits and letters are others: only who knows the pictures can ask for it. */
  static final boolean FLIP = false;

  static final int CROP_PADDING = 0;

  static final int EPOCHS = 3;
  static final int BATCH_SIZE = 16;
  static final double WEIGHT_DECAY = 0;
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPSILON = 1e-8;
  static final Schedule.Shape SCHEDULE = Schedule.Shape.LINEAR;

  /**
   * Optimizer steps between checkpoints: those of small models take no time, of large ones minutes.
   */
  static final int CHECKPOINT_EVERY = 100;

  static final int CHECKPOINTS_KEPT = 2;
  static final double MIN_DELTA = 0;
  static final CheckpointRecipe.Select SELECT = CheckpointRecipe.Select.LAST;

  /** What probing uses, where the head is all that is trained. */
  static final double HEAD_LEARNING_RATE = 1e-3;

  /** As transformers trains the model. */
  static final ModelDropoutUse MODEL_DROPOUT = ModelDropoutUse.CONFIG;

  /** RoBERTa's fine-tuning recipe (Liu et al. 2019, table 10). */
  static final double WARMUP_RATIO = 0.06;

  static final double MAX_GRAD_NORM = 1;
  static final long SEED = 0;
  static final DType DTYPE = DType.FLOAT32;
  static final Device DEVICE = Device.CPU;

  /** Costs next to nothing and stores a third. */
  static final StorePolicy STORE = StorePolicy.CHEAP;

  /** Memory is not limited unless the recipe says so. */
  static final Budget BUDGET = new Budget.None();

  /** Nothing is rounded unless it is asked for. */
  static final StateFormat STORED_STATES = StateFormat.EXACT;

  private Defaults() {}

  /**
   * The highest learning rate. Few parameters that start at zero bear a high one; pretrained
   * weights do not.
   */
  static double learningRate(MethodName method) {
    return switch (method) {
      case LORA, DORA -> 2e-4;
      case CONTROL_AND_LORA -> 5e-4;
      case CONTROL, DOUBLE_CONTROL, ADAPTER, EDGES, PROBE -> 1e-3;
      case FULL -> 2e-5;
    };
  }

  /**
   * The highest learning rate of the task's head, whatever the method: it starts anew and has to be
   * learned in the same steps. Full tuning moves it as all other weights, as is usual there, and
   * probing trains nothing else.
   */
  static double headLearningRate(MethodName method, double learningRate) {
    return method == MethodName.FULL || method == MethodName.PROBE
        ? learningRate
        : HEAD_LEARNING_RATE;
  }

  static final String EXPERIMENT = "statecraft";
  static final int SAMPLES = 3;

  /** What evaluations report where the recipe does not say; the first picks the best. */
  static List<Metric> causalLmMetrics() {
    return List.of(Metric.LOSS, Metric.PERPLEXITY);
  }

  static List<Metric> classificationMetrics() {
    return List.of(Metric.ACCURACY, Metric.MACRO_F1, Metric.LOSS);
  }

  static List<Metric> regressionMetrics() {
    return List.of(Metric.SPEARMAN, Metric.PEARSON, Metric.MEAN_SQUARED_ERROR);
  }
}
