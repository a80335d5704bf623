package dev.statecraft.studio.steer;

import dev.statecraft.tensor.Device;
import java.nio.file.Path;

/**
 * A model to be steered from some texts towards others.
 *
 * @param model a model folder, or a model of the Hub
 * @param positive texts that are as the model's are to be: a line each (.txt), or rows
 * @param negative texts that are as they are not to be
 * @param chat whether each text is a user's turn, in the model's chat template
 * @param settings how
 * @param device where everything is computed
 * @param to the adapter's folder to make
 * @param replace whether one that is there is replaced
 */
public record SteerRequest(
    String model,
    Path positive,
    Path negative,
    boolean chat,
    SteerSettings settings,
    Device device,
    Path to,
    boolean replace) {
  /** On the CPU, with the usual settings, of texts as they are, into a folder that is new. */
  public static SteerRequest of(String model, Path positive, Path negative, Path to) {
    return new SteerRequest(
        model, positive, negative, false, SteerSettings.USUAL, Device.CPU, to, false);
  }

  /** The same with other settings. */
  public SteerRequest with(SteerSettings other) {
    return new SteerRequest(model, positive, negative, chat, other, device, to, replace);
  }
}
