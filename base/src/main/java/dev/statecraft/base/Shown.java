package dev.statecraft.base;

import java.util.regex.Pattern;

/**
 * Text of a file or of the net as part of a message: on one line, without what a terminal would
 * obey, without passwords.
 */
public final class Shown {
  private static final Pattern USER_INFO = Pattern.compile("://[^/\\s'\"]*@");

  private Shown() {}

  /**
   * The text as {@link Quoted} shows characters, and without the user info of addresses ({@code
   * http://user:password@host}); null stays null.
   */
  public static String line(String text) {
    return text == null ? null : Quoted.cut(withoutUserInfo(text), Integer.MAX_VALUE);
  }

  /** The text without the user info of addresses ({@code http://user:password@host}). */
  public static String withoutUserInfo(String text) {
    return USER_INFO.matcher(text).replaceAll("://");
  }
}
