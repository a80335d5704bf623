package dev.statecraft.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as Python's {@code strftime} writes them in English. */
final class DateText {
  private DateText() {}

  static String of(Run run, LocalDateTime time, String format) {
    run.chargeText(format.length());
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      boolean bare = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += bare ? 2 : 1;
      run.charge(20);
      run.check(text.length());
      String part = part(time, format.charAt(i));
      text.append(bare && part.length() > 1 ? part.replaceFirst("^0+(?=.)", "") : part);
    }
    return text.toString();
  }

  private static String part(LocalDateTime time, char code) {
    String pattern =
        switch (code) {
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'b', 'h' -> "MMM";
          case 'B' -> "MMMM";
          case 'd' -> "dd";
          case 'e' -> "ppd";
          case 'm' -> "MM";
          case 'y' -> "yy";
          case 'Y' -> "uuuu";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'f' -> "SSSSSS";
          case 'p' -> "a";
          case 'j' -> "DDD";
          case 'F' -> "uuuu-MM-dd";
          case 'T', 'X' -> "HH:mm:ss";
          case 'D', 'x' -> "MM/dd/yy";
          case 'R' -> "HH:mm";
          case 'c' -> "EEE MMM ppd HH:mm:ss uuuu";
          default -> "";
        };
    if (!pattern.isEmpty()) {
      return time.format(DateTimeFormatter.ofPattern(pattern, Locale.US));
    }
    return switch (code) {
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case '%' -> "%";
      // A local time has no zone, as Python's now() has none.
      case 'z', 'Z' -> "";
      default -> throw new Fault("strftime_now: '%" + code + "' is not supported");
    };
  }
}
