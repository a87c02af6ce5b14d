package dev.lish.source.files;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import dev.lish.source.Listing;
import java.util.List;
import java.util.function.Function;

/** What a file with services and their instances says, or what is wrong with it. */
public sealed interface RegistryFile {
  /** It is valid. */
  record Services(Listing listing) implements RegistryFile {}

  /**
   * It is not; at least one Problem is an error.
   *
   * @param problems sorted
   */
  record Broken(List<Problem> problems) implements RegistryFile {
    /** Copies the list. */
    public Broken {
      problems = problems.stream().sorted().toList();
    }
  }

  /**
   * Reads a file of the format that {@code docs/design/files-registry.md} describes.
   *
   * @param path for Problems
   */
  static RegistryFile parse(String path, ByteString content) {
    return new RegistryFileReader(path).read(content);
  }

  /** Calls the function of the case. */
  default <R> R match(Function<Services, R> services, Function<Broken, R> broken) {
    return this instanceof Services s ? services.apply(s) : broken.apply((Broken) this);
  }
}
