package dev.statecraft.studio.provenance;

/**
 * A file and what was in it.
 *
 * @param name its path, or what to call it if it came from elsewhere
 * @param bytes its size
 * @param sha256 in lower-case hexadecimal digits
 */
public record HashedFile(String name, long bytes, String sha256) {}
