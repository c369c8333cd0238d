import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.cyclonedx.Version;
import org.cyclonedx.exception.ParseException;
import org.cyclonedx.generators.BomGeneratorFactory;
import org.cyclonedx.model.Bom;
import org.cyclonedx.model.Component;
import org.cyclonedx.model.Dependency;
import org.cyclonedx.model.Hash;
import org.cyclonedx.parsers.JsonParser;
import org.cyclonedx.parsers.Parser;
import org.cyclonedx.parsers.XmlParser;
import org.cyclonedx.util.BomUtils;

/**
 * Makes the bill of materials of each WAR, as CycloneDX in JSON and in XML, from the one that has
 * all dependencies of the build: the WARs contain different ones, and a finding in a library that a
 * WAR does not contain is none of its users'.
 */
class Sboms {

  private static final Version VERSION = Version.VERSION_16;

  private static final String LIBRARIES = "WEB-INF/lib/";

  /** What is in the scripts, and not in a jar. */
  private static final String IN_SCRIPTS = "org.webjars.npm";

  /**
   * Run by the build.
   *
   * @param args the bill of all dependencies, in JSON; the time that files of this build have; then
   *     for each WAR its file, and that of its bill without the endings
   */
  public static void main(String[] args) throws Exception {
    Date time = Date.from(Instant.parse(args[1]));
    for (int i = 2; i < args.length; i += 2) {
      Bom bom = new JsonParser().parse(Path.of(args[0]).toFile());
      bom.getMetadata().setTimestamp(time);
      Path war = Path.of(args[i]);
      narrow(bom, war);
      String json = BomGeneratorFactory.createJson(VERSION, bom).toJsonString();
      String xml = BomGeneratorFactory.createXml(VERSION, bom).toXmlString();
      write(Path.of(args[i + 1] + ".json"), json, new JsonParser());
      write(Path.of(args[i + 1] + ".xml"), xml, new XmlParser());
    }
  }

  /** Leaves what is in the WAR, and names the WAR as what the bill is of. */
  private static void narrow(Bom bom, Path war) throws IOException {
    Set<String> jars = jars(war);
    List<Component> there =
        bom.getComponents().stream()
            .filter(one -> IN_SCRIPTS.equals(one.getGroup()) || jars.remove(jar(one)))
            .toList();
    if (!jars.isEmpty()) {
      throw new IllegalStateException("in " + war + ", and no dependency: " + jars);
    }
    bom.setComponents(there);
    Component application = bom.getMetadata().getComponent();
    Set<String> named = there.stream().map(Component::getBomRef).collect(Collectors.toSet());
    named.add(application.getBomRef());
    bom.setDependencies(
        bom.getDependencies().stream()
            .filter(one -> named.contains(one.getRef()))
            .map(one -> within(one, named))
            .toList());
    application.setType(Component.Type.APPLICATION);
    application.setHashes(BomUtils.calculateHashes(war.toFile(), VERSION));
    String identity =
        application.getHashes().stream().map(Hash::getValue).collect(Collectors.joining());
    bom.setSerialNumber("urn:uuid:" + UUID.nameUUIDFromBytes(identity.getBytes(UTF_8)));
  }

  private static Set<String> jars(Path war) throws IOException {
    try (ZipFile zip = new ZipFile(war.toFile())) {
      return zip.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
          .map(name -> name.substring(LIBRARIES.length()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String jar(Component component) {
    return component.getName() + '-' + component.getVersion() + ".jar";
  }

  private static Dependency within(Dependency dependency, Set<String> named) {
    Dependency within = new Dependency(dependency.getRef());
    Stream.ofNullable(dependency.getDependencies())
        .flatMap(List::stream)
        .filter(one -> named.contains(one.getRef()))
        .forEach(within::addDependency);
    return within;
  }

  private static void write(Path file, String text, Parser parser) throws IOException {
    List<ParseException> wrong = parser.validate(text.getBytes(UTF_8), VERSION);
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(file + " is not as its schema has it: " + wrong);
    }
    Files.writeString(file, text);
  }
}
