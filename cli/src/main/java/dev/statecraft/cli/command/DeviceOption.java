package dev.statecraft.cli.command;

import dev.statecraft.tensor.Device;
import picocli.CommandLine.Option;

/** Where everything is computed. */
final class DeviceOption {
  @Option(
      names = "--device",
      defaultValue = "cpu",
      paramLabel = "DEVICE",
      description = "cpu or cuda (default: ${DEFAULT-VALUE}).")
  private String device;

  /**
   * The device.
   *
   * @throws dev.statecraft.base.UsageException if there is no such one
   */
  Device device() {
    return Device.of(device);
  }
}
