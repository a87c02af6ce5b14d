package dev.lish.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that the Envoy API of this Lish lacks, from a descriptor set that lish.yaml names. */
class DescriptorsIT {
  @TempDir Path folder;

  @Test
  void aMessageOfADescriptorSetWorksInTheMesh() throws IOException {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("acme/v1/owner.proto")
            .setPackage("acme.v1")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("Owner")
                    .addField(
                        FieldDescriptorProto.newBuilder()
                            .setName("team_name")
                            .setNumber(1)
                            .setType(FieldDescriptorProto.Type.TYPE_STRING)))
            .build();
    Path set = folder.resolve("acme.binpb");
    Files.write(set, FileDescriptorSet.newBuilder().addFile(file).build().toByteArray());
    Path mesh = folder.resolve("mesh");
    Files.createDirectories(mesh.resolve("all/clusters"));
    Files.writeString(
        mesh.resolve("mesh.yaml"),
        """
        stages: [ { name: release } ]
        groups: [ { name: all, nodes: { cluster: "*" }, resources: [ "all/**" ] } ]
        """);
    Files.writeString(
        mesh.resolve("all/clusters/shop.yaml"),
        """
        name: shop
        type: STATIC
        metadata:
          typed_filter_metadata:
            acme: { "@type": type.googleapis.com/acme.v1.Owner, team_name: checkout }
        """);
    try (LishServer lish = LishServer.start(folder, mesh, "descriptors: [ \"" + set + "\" ]")) {
      lish.awaitReady();
      assertThat(lish.get("/snapshots/release/all").toString())
          .contains("acme.v1.Owner")
          .contains("\"team_name\":\"checkout\"");
    }
  }
}
