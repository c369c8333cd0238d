package imserver.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Prints, from the reports of a run, how many tests each server passed, and which it did not.
 * {@code mvn verify -Pservers} calls it.
 */
public final class ServerTable {

  /** What the reports say about one server. */
  private static final class Result {
    private int passed;
    private final List<String> failed = new ArrayList<>();
  }

  private ServerTable() {}

  /**
   * Prints the table.
   *
   * @param arguments the folder of Failsafe's reports
   */
  public static void main(String[] arguments) throws Exception {
    Map<String, Result> results = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      for (Path report : files.filter(ServerTable::isReport).toList()) {
        String server =
            report.getFileName().toString().replaceFirst("^TEST-.*?IT-(.*)\\.xml$", "$1");
        read(report, results.computeIfAbsent(server, name -> new Result()));
      }
    }
    System.out.println("| server | passed | failed |");
    System.out.println("| --- | --- | --- |");
    results.forEach(
        (server, result) ->
            System.out.printf(
                "| %s | %d | %d %s |%n",
                server, result.passed, result.failed.size(), String.join(", ", result.failed)));
  }

  private static boolean isReport(Path file) {
    return file.getFileName().toString().matches("TEST-.*IT-.*\\.xml");
  }

  private static void read(Path report, Result result) throws Exception {
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      if (test.getElementsByTagName("failure").getLength()
              + test.getElementsByTagName("error").getLength()
          > 0) {
        result.failed.add(
            test.getAttribute("classname").replaceFirst(".*\\.", "")
                + "."
                + test.getAttribute("name"));
      } else {
        result.passed++;
      }
    }
  }
}
