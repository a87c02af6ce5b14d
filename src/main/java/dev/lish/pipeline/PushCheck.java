package dev.lish.pipeline;

import com.google.protobuf.ByteString;
import dev.lish.model.Problem;
import java.util.List;
import java.util.Map;

/** Says why files may not become the mesh folder. */
public interface PushCheck {
  /** The errors of every stage, sorted; empty when the files may be pushed. */
  List<Problem> problems(Map<String, ByteString> files);
}
