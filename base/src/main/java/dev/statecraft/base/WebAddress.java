package dev.statecraft.base;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * An http or https address of a server. What stands before its host ({@code
 * http://user:password@host}) is known to {@link #authorization} alone: the address is shown,
 * compared and written without it.
 */
public final class WebAddress {
  private final URI plain;
  private final Optional<String> userInfo;

  private WebAddress(URI plain, Optional<String> userInfo) {
    this.plain = plain;
    this.userInfo = userInfo;
  }

  /**
   * Reads an address. Slashes at its end are left out.
   *
   * @throws UsageException if it is no http or https address; the message says what was found,
   *     without user info
   */
  public static WebAddress of(String text) {
    try {
      URI address = new URI(text.strip().replaceFirst("/+$", ""));
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      if (List.of("http", "https").contains(scheme) && address.getHost() != null) {
        URI plain =
            new URI(
                scheme,
                null,
                address.getHost(),
                address.getPort(),
                address.getPath(),
                address.getQuery(),
                null);
        return new WebAddress(plain, Optional.ofNullable(address.getUserInfo()));
      }
    } catch (URISyntaxException e) {
      // Told below, without the text that the exception has.
    }
    throw new UsageException(
        "expected an http or https address, found '"
            + Shown.line(text.substring(text.lastIndexOf('@') + 1))
            + "'");
  }

  /** The same with a user's name and password, unless it has its own. */
  public WebAddress orLogin(String user, String password) {
    return new WebAddress(plain, Optional.of(userInfo.orElse(user + ":" + password)));
  }

  /** The address without user info. */
  public URI uri() {
    return plain;
  }

  /** The header {@code Authorization} that the user info stands for (RFC 7617), if there is one. */
  public Optional<String> authorization() {
    return userInfo.map(
        text ->
            "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WebAddress that
        && plain.equals(that.plain)
        && userInfo.equals(that.userInfo);
  }

  @Override
  public int hashCode() {
    return Objects.hash(plain, userInfo);
  }

  /** Without user info. */
  @Override
  public String toString() {
    return plain.toString();
  }
}
