package dev.lish.source.dogma;

import com.google.common.base.Throwables;
import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.SessionProtocolNegotiationException;
import com.linecorp.armeria.client.endpoint.EmptyEndpointGroupException;
import com.linecorp.armeria.client.endpoint.EndpointSelectionTimeoutException;
import com.linecorp.centraldogma.common.AuthorizationException;
import com.linecorp.centraldogma.common.CentralDogmaException;
import com.linecorp.centraldogma.common.ProjectNotFoundException;
import com.linecorp.centraldogma.common.RepositoryNotFoundException;
import com.linecorp.centraldogma.common.ShuttingDownException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Central Dogma did not do what was asked; the message is for an operator. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 300;

  private final String message;

  Failure(String message, Throwable cause) {
    super(message, cause);
    this.message = message;
  }

  Failure(String message) {
    super(message);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** Waits for an answer, at most this long. Never call it on an event loop. */
  static <T> T await(CompletableFuture<T> answer, Duration atMost)
      throws Failure, InterruptedException {
    try {
      return answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(false);
      throw new Failure("no answer within " + atMost.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable root = Throwables.getRootCause(e);
      throw new Failure(describe(root), root);
    }
  }

  /** True when Central Dogma answered, and refused by an error of this type. */
  boolean is(Class<? extends CentralDogmaException> type) {
    return type.isInstance(getCause());
  }

  /** True when the project or the repository does not exist. */
  boolean isAbsence() {
    return is(RepositoryNotFoundException.class) || is(ProjectNotFoundException.class);
  }

  /** True when Central Dogma itself said no; false when nobody knows what it did. */
  boolean isAnswer() {
    return getCause() instanceof CentralDogmaException && !is(ShuttingDownException.class);
  }

  /** The message of the deepest cause, as one line. */
  static String rootMessage(Throwable failure) {
    return describe(Throwables.getRootCause(failure));
  }

  private static String describe(Throwable root) {
    if (root instanceof RepositoryNotFoundException) {
      return "no such repository: " + text(root);
    } else if (root instanceof ProjectNotFoundException) {
      return "no such project: " + text(root);
    } else if (root instanceof AuthorizationException) {
      return "the token is not allowed to: " + text(root);
    } else if (root instanceof ShuttingDownException) {
      return "the server shuts down";
    } else if (root instanceof ConnectException) {
      return "connection refused";
    } else if (root instanceof SessionProtocolNegotiationException) {
      return "the host takes the connection and does not answer (TLS on one side only?)";
    } else if (root instanceof ResponseTimeoutException) {
      return "no answer in time";
    } else if (root instanceof EmptyEndpointGroupException
        || root instanceof EndpointSelectionTimeoutException) {
      return "none of the hosts answers its health check";
    }
    return text(root);
  }

  private static String text(Throwable root) {
    String message = root.getMessage();
    if (message == null || message.isBlank()) {
      return root.getClass().getSimpleName();
    }
    String line = message.strip().lines().findFirst().orElse(message);
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
