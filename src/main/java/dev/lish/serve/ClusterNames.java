package dev.lish.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.lish.model.ContentHash;
import dev.lish.model.Resource;
import dev.lish.snapshot.ResourceSet;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Which assignments clusters ask for over the stream that they came on; read tag by tag. */
final class ClusterNames {
  // envoy.config.cluster.v3.Cluster
  private static final int NAME = 1;
  private static final int TYPE = 2;
  private static final int EDS_CLUSTER_CONFIG = 3;
  private static final long TYPE_EDS = 3;
  // its EdsClusterConfig
  private static final int EDS_CONFIG = 1;
  private static final int SERVICE_NAME = 2;
  // envoy.config.core.v3.ConfigSource
  private static final int ADS = 3;
  private static final int SELF = 5;

  private final Recent<ContentHash, Optional<String>> ofCluster = Recent.ofCount(100_000);
  private final Recent<ContentHash, Set<String>> ofSet = Recent.ofCount(64);

  /** The EDS name of the cluster; empty when it is not discovered over the same stream. */
  Optional<String> of(Resource cluster) {
    return ofCluster.get(cluster.hash(), hash -> read(cluster));
  }

  /** The EDS names of some clusters of a set; a shared instance where they are all. */
  Set<String> of(Collection<Resource> clusters, ResourceSet all) {
    return clusters.size() == all.byName().size() ? of(all) : of(clusters);
  }

  private Set<String> of(Collection<Resource> clusters) {
    Set<String> names = new HashSet<>();
    clusters.forEach(cluster -> of(cluster).ifPresent(names::add));
    return names;
  }

  /** The EDS names of a whole set of clusters. */
  Set<String> of(ResourceSet clusters) {
    return ofSet.get(clusters.hash(), hash -> of(clusters.byName().values()));
  }

  private static Optional<String> read(Resource cluster) {
    try {
      CodedInputStream in = cluster.body().newCodedInput();
      String name = "";
      String service = "";
      boolean eds = false;
      boolean here = false;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case NAME -> name = new String(in.readByteArray(), UTF_8);
          case TYPE -> eds = in.readInt64() == TYPE_EDS;
          case EDS_CLUSTER_CONFIG -> {
            int end = in.pushLimit(in.readUInt32());
            for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
              switch (WireFormat.getTagFieldNumber(inner)) {
                case EDS_CONFIG -> here = overTheSameStream(in);
                case SERVICE_NAME -> service = new String(in.readByteArray(), UTF_8);
                default -> in.skipField(inner);
              }
            }
            in.popLimit(end);
          }
          default -> in.skipField(tag);
        }
      }
      return eds && here ? Optional.of(service.isEmpty() ? name : service) : Optional.empty();
    } catch (IOException e) {
      // Not a Cluster: the Envoy will say so. No assignment is waited for.
      return Optional.empty();
    }
  }

  private static boolean overTheSameStream(CodedInputStream in) throws IOException {
    boolean here = false;
    int end = in.pushLimit(in.readUInt32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      here |= field == ADS || field == SELF;
      in.skipField(tag);
    }
    in.popLimit(end);
    return here;
  }
}
