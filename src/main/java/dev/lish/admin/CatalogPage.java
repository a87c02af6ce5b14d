package dev.lish.admin;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.lish.pipeline.Operations;
import dev.lish.source.Service;
import java.util.List;
import java.util.SortedMap;

/** Gives what templates see of registries, so that others can render as this server does. */
final class CatalogPage {
  private final Operations operations;

  CatalogPage(Operations operations) {
    this.operations = operations;
  }

  private record Catalogs(SortedMap<String, List<Service>> catalogs) {}

  /** {@code /catalogs}. */
  Reply get(ServiceRequestContext ctx) {
    return Reply.ok(new Catalogs(operations.catalogs()));
  }
}
