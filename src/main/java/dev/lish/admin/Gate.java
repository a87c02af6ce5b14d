package dev.lish.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Decides who may do what. */
final class Gate {
  /** What a request wants. */
  enum Access {
    /** Liveness and the bare page: nothing that is not known to whoever can connect. */
    OPEN,
    READ,
    CHANGE
  }

  private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "Bearer ";
  private static final String HOW =
      "send \"Authorization: Bearer TOKEN\"; the token is in data/admin.token of the server";

  private final Doors doors;

  Gate(Doors doors) {
    this.doors = doors;
  }

  /** The answer to who must stay outside; empty: come in. */
  Optional<Reply> refuse(RequestHeaders headers, Access access) {
    String host = host(headers);
    if (doors.loopback() && !LOOPBACK_HOSTS.contains(host) && !doors.hosts().contains(host)) {
      return Optional.of(
          Reply.error(
              HttpStatus.FORBIDDEN,
              "host: " + host + " (expected: localhost, 127.0.0.1 or [::1])"));
    }
    boolean needsToken = access == Access.CHANGE || (access == Access.READ && !doors.loopback());
    return needsToken && !hasToken(headers)
        ? Optional.of(Reply.error(HttpStatus.UNAUTHORIZED, "no valid token: " + HOW))
        : Optional.empty();
  }

  /** True when the token is right, or when reading needs none. */
  boolean mayRead(RequestHeaders headers) {
    return doors.loopback() || hasToken(headers);
  }

  private boolean hasToken(RequestHeaders headers) {
    String given = headers.get(HttpHeaderNames.AUTHORIZATION, "");
    // RFC 9110, 11.1: the scheme is compared without regard to case.
    return given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(
            given.substring(SCHEME.length()).trim().getBytes(UTF_8), doors.token().getBytes(UTF_8));
  }

  private static String host(RequestHeaders headers) {
    String authority = headers.authority();
    if (authority == null) {
      return "";
    }
    int colon = authority.lastIndexOf(':');
    String host = colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
    return host.toLowerCase(Locale.ROOT);
  }
}
