package dev.statecraft.formats.hub;

/** Hears how downloads go, on the thread that asked for them. */
public interface HubListener {
  /**
   * More of a file is there.
   *
   * @param file repository and file
   * @param done bytes that are there, with those of earlier attempts
   * @param total bytes of the file
   */
  void progress(String file, long done, long total);

  /** Something to know, such as why it waits. */
  void note(String line);

  /** One that does nothing. */
  static HubListener silent() {
    return new HubListener() {
      @Override
      public void progress(String file, long done, long total) {}

      @Override
      public void note(String line) {}
    };
  }
}
