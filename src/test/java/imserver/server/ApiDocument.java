package imserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A description that the server serves of itself, to hold its answers against. */
final class ApiDocument {

  private static final String LOCATION = "https://imserver.test/document";

  private final JsonNode root;
  private final SchemaRegistry schemas;

  /** Operations and the statuses that they were seen to answer. */
  private final Set<String> seen = new TreeSet<>();

  ApiDocument(String yaml) {
    root = new YAMLMapper().readTree(yaml);
    String json = root.toString();
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(LOCATION, json)));
  }

  JsonNode at(String pointer) {
    JsonNode node = root.at(pointer);
    assertThat(node.isMissingNode()).as(pointer).isFalse();
    return node;
  }

  /** An operation of an OpenAPI document. */
  record Operation(String id, String method, String pointer, JsonNode node) {

    boolean isSecured() {
      return !node.has("security") || !node.get("security").isEmpty();
    }

    boolean documents(int status) {
      return node.get("responses").has(String.valueOf(status));
    }
  }

  List<Operation> operations() {
    return at("/paths").properties().stream()
        .flatMap(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> member.getValue().has("operationId"))
                    .map(
                        member ->
                            new Operation(
                                member.getValue().get("operationId").asString(),
                                member.getKey().toUpperCase(java.util.Locale.ROOT),
                                "/paths/" + escaped(path.getKey()) + "/" + member.getKey(),
                                member.getValue())))
        .toList();
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** Holds an answer against what the document says of this operation and status. */
  void check(Operation operation, Api.Answer answer) {
    String pointer = resolved(operation.pointer() + "/responses/" + answer.status());
    seen.add(operation.id() + " " + answer.status());
    JsonNode response = at(pointer);
    for (Map.Entry<String, JsonNode> header : response.path("headers").properties()) {
      assertThat(answer.header(header.getKey()))
          .as("%s of %s", header.getKey(), operation.id())
          .isNotEmpty();
    }
    if (!response.has("content")) {
      assertThat(answer.text()).as(operation.id()).isEmpty();
      return;
    }
    String type = answer.header("Content-Type").split(";", 2)[0];
    assertThat(response.get("content").has(type))
        .as("%s answers %s", operation.id(), type)
        .isTrue();
    String schema = pointer + "/content/" + escaped(type) + "/schema";
    if (type.endsWith("ndjson")) {
      answer.text().lines().forEach(line -> assertValid(schema, line));
    } else {
      assertValid(schema, answer.text());
    }
  }

  private String resolved(String pointer) {
    JsonNode node = at(pointer);
    return node.has("$ref") ? node.get("$ref").asString().substring(1) : pointer;
  }

  /** Holds a JSON text against the schema at a pointer. */
  void assertValid(String pointer, String json) {
    assertThat(errors(pointer, json)).as("%s against %s", json, pointer).isEmpty();
  }

  void assertInvalid(String pointer, String json) {
    assertThat(errors(pointer, json)).as("%s against %s", json, pointer).isNotEmpty();
  }

  private List<Error> errors(String pointer, String json) {
    at(pointer);
    return schemas
        .getSchema(SchemaLocation.of(LOCATION + "#" + pointer))
        .validate(json, InputFormat.JSON);
  }

  /** Every operation with every status that the document names and no answer had. */
  Set<String> unseen() {
    Set<String> unseen = new LinkedHashSet<>();
    for (Operation operation : operations()) {
      operation
          .node()
          .get("responses")
          .propertyNames()
          .forEach(status -> unseen.add(operation.id() + " " + status));
    }
    unseen.removeAll(seen);
    return unseen;
  }
}
